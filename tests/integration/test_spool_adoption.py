"""What dead processes left is adopted by whoever lives, once, and never from the living."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from conftest import MakeSettings, Report
from support.provider_broker import read_events
from support.spool_truth import compare, drain_all, start_worker, started_calls
from support.waiting import eventually
from tollbook_producers import configure, flush, publisher_stats, tracked_call
from tollbook_producers.call import OpenCall
from tollbook_producers.facts import CallSpec
from tollbook_producers.report import CallReport
from tollbook_producers.spool.adoption import Recovered
from tollbook_producers.spool.drain import drain
from tollbook_schemas import NormalizedTokenUsage, Settings

PATIENCE = 60.0
SPAWN = multiprocessing.get_context("spawn")


def killed_worker(settings: Settings, truth: Path, calls: int) -> None:
    """A worker that is killed after so many calls."""
    worker = start_worker(settings, truth, threads=3)
    eventually(lambda: truth.exists() and len(started_calls(truth)) > calls, PATIENCE)
    worker.kill()
    worker.wait(PATIENCE)


def test_a_living_worker_delivers_what_a_dead_one_left(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool", spool_adopt_seconds=0.05)
    configure(settings=settings)
    tracked_call(lambda: None, provider="p", model="m")
    assert flush(PATIENCE) == 0
    killed_worker(settings, tmp_path / "truth", 50)
    eventually(lambda: len(list((tmp_path / "spool").iterdir())) == 1, PATIENCE)
    outcome = compare(settings, tmp_path / "truth")
    assert (outcome.lost, outcome.double) == (0, 0)
    configure()


def test_a_stopped_worker_keeps_its_folder_and_goes_on(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool")
    truth = tmp_path / "truth"
    worker = start_worker(settings, truth, threads=2, calls=300)
    eventually(lambda: truth.exists() and len(started_calls(truth)) > 20, PATIENCE)
    os.kill(worker.pid, signal.SIGSTOP)
    drained = drain(settings, PATIENCE, lambda *_: None)
    assert (drained.recovered, len(drained.in_use)) == (Recovered(), 1)
    os.kill(worker.pid, signal.SIGCONT)
    assert worker.wait(PATIENCE) == 0
    outcome = compare(settings, truth)
    assert (outcome.started, outcome.lost, outcome.double, outcome.interrupted) == (603, 0, 0, 0)


def adopt_all(settings: Settings) -> None:
    """Adopt in a process of its own until nothing is left."""
    while not (drained := drain(settings, PATIENCE, lambda *_: None)).undelivered == drained.in_use == ():
        time.sleep(0.01)


def test_racing_adopters_some_killed_make_the_same_events(
    make_settings: MakeSettings, tmp_path: Path, report: Report
) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool", spool_adopt_seconds=3600)
    truth, kills = tmp_path / "truth", 0
    for _ in range(4):
        killed_worker(settings, truth, len(started_calls(truth)) + 200 if truth.exists() else 200)
    for delay in (0.3, 0.5, 0.7, 0.9):
        racers = [SPAWN.Process(target=adopt_all, args=(settings,)) for _ in range(3)]
        for racer in racers:
            racer.start()
        racers[0].join(delay)  # the moment of the kill is what varies here
        for racer in racers:
            racer.kill()
            racer.join(PATIENCE)
            kills += 1
    drain_all(settings)
    outcome = compare(settings, truth)
    report(f"rounds 4, kills of adopters {kills}, kills of owners 4, {outcome}")
    assert (outcome.lost, outcome.double) == (0, 0)
    assert list((tmp_path / "spool").iterdir()) == []


def die_in_a_session(settings: Settings) -> None:
    """A session that reports its running totals and is killed."""
    configure(settings=settings)
    session = OpenCall(CallSpec("openai", "m", {"session_id": "session"}))
    for tokens in (10, 20, 30):
        session.progress(CallReport(usage=NormalizedTokenUsage(prompt_tokens=tokens), aggregate=True))
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_session_leaves_its_last_totals(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path)
    process = SPAWN.Process(target=die_in_a_session, args=(settings,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
    assert drain_all(settings).recovered.interrupted == 1
    [event] = read_events(settings)
    assert (event.status, event.error_type, event.prompt_tokens) == ("error", "interrupted", 30)


def stay_open_for_long(settings: Settings, ends: bool) -> None:
    """A session that outlives many segments, then ends or not, and a kill."""
    configure(settings=settings)
    session = OpenCall(CallSpec("openai", "m", {"session_id": "session"}))
    session.progress(CallReport(usage=NormalizedTokenUsage(prompt_tokens=10), aggregate=True))
    for _ in range(3):
        for _ in range(1_000):
            tracked_call(lambda: None, provider="p", model="m")
        flush(PATIENCE)
        eventually(lambda: publisher_stats().spooled_bytes < 2 * settings.spool_max_bytes // 8, PATIENCE)
    if ends:
        session.end(CallReport(usage=NormalizedTokenUsage(prompt_tokens=40), aggregate=True))
        flush(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("ends", [True, False], ids=["ended", "open"])
def test_a_session_that_is_open_for_long_holds_no_segments(
    make_settings: MakeSettings, tmp_path: Path, ends: bool
) -> None:
    settings = make_settings(spool_dir=tmp_path, spool_max_bytes=800_000)
    process = SPAWN.Process(target=stay_open_for_long, args=(settings, ends))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
    assert drain_all(settings).recovered.interrupted == (0 if ends else 1)
    events = {event.id: event for event in read_events(settings)}.values()
    assert len(events) == 3_001
    assert [event.prompt_tokens for event in events if event.session_id] == [40 if ends else 10]


def fork_in_a_call(settings: Settings) -> None:
    """The child ends the call that its parent opened, then makes one of its own; the parent ends its call too."""
    configure(settings=settings)
    opened = OpenCall(CallSpec("p", "m", {"session_id": "parents"}))
    child = os.fork()
    if child == 0:
        opened.progress(CallReport())
        opened.end()
        tracked_call(lambda: None, provider="p", model="m", session_id="childs")
        flush(PATIENCE)
        os._exit(0)
    os.waitpid(child, 0)
    opened.end()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_call_open_across_a_fork_is_the_parents(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path)
    process = SPAWN.Process(target=fork_in_a_call, args=(settings,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0
    drain_all(settings)
    by_id = {event.id: event for event in read_events(settings)}  # the child dies right after its flush: sent again
    events = sorted(by_id.values(), key=lambda event: event.session_id or "")
    assert [(event.session_id, event.status) for event in events] == [
        ("childs", "missing_usage"),
        ("parents", "missing_usage"),
    ]


def leave_open(settings: Settings) -> None:
    """End in the ordinary way with a call open."""
    configure(settings=settings)
    OpenCall(CallSpec("p", "m", {"session_id": "open"}))


def test_a_call_open_at_exit_is_interrupted_by_the_process_itself(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path)
    process = SPAWN.Process(target=leave_open, args=(settings,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0
    assert list(tmp_path.iterdir()) == []
    [event] = read_events(settings)
    assert (event.session_id, event.error_type) == ("open", "interrupted")
