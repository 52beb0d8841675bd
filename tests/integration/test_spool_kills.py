"""Workers are killed with SIGKILL at random moments; every call that began has exactly one event."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from conftest import MakeSettings, Report
from support.spool_truth import compare, drain_all, start_worker, started_calls
from support.waiting import eventually

ROUNDS = 8
WORKERS = 2


@pytest.mark.parametrize(("threads", "forks"), [(4, 0), (2, 2)], ids=["threads", "prefork"])
def test_killed_workers_leave_exactly_one_event_a_call(
    make_settings: MakeSettings, tmp_path: Path, report: Report, threads: int, forks: int
) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool", spool_adopt_seconds=0.1)
    truth, moments, kills = tmp_path / "truth", random.Random(threads), 0
    for _ in range(ROUNDS):
        before = len(started_calls(truth)) if truth.exists() else 0
        workers = [start_worker(settings, truth, threads, forks) for _ in range(WORKERS)]
        eventually(lambda before=before: len(started_calls(truth)) > before + 20, 60)  # type: ignore[misc]  # bound
        for worker in workers:
            time.sleep(moments.uniform(0, 0.3))  # the moment of the kill is what is random here
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(30)
            kills += 1 + forks
    recovered = drain_all(settings).recovered
    outcome = compare(settings, truth)
    report(f"rounds {ROUNDS}, kills {kills}, folders drained at the end {recovered.folders}, {outcome}")
    assert (outcome.lost, outcome.double) == (0, 0)
    assert outcome.interrupted > 0
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("forks", [0, 2])
def test_workers_that_end_leave_nothing_behind(make_settings: MakeSettings, tmp_path: Path, forks: int) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool")
    worker = start_worker(settings, tmp_path / "truth", threads=3, forks=forks, calls=50)
    assert worker.wait(60) == 0
    outcome = compare(settings, tmp_path / "truth")
    assert (outcome.started, outcome.lost, outcome.double, outcome.interrupted) == (3 + 150 * (1 + forks), 0, 0, 0)
    assert list((tmp_path / "spool").iterdir()) == []
