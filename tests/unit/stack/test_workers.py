"""A worker that stops is started again, ever later."""

import os
from pathlib import Path

import pytest

from support.waiting import eventually
from tollbook_cli.stack.workers import Worker, describe_exit


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """A command of ours that ends at once: an option alone is misuse, exit code 2."""
    return Worker("--nonsense", environment=os.environ, log=tmp_path / "worker.log", cwd=tmp_path)


def test_stops_are_counted_and_delays_grow(worker: Worker) -> None:
    worker.start()
    first_stop = eventually(worker.tend)
    assert "stopped (exit code 2) and starts again in 0.5 s" in first_stop
    assert worker.record is not None
    assert (worker.record.restarts, worker.record.last_exit) == (0, 2)
    assert eventually(worker.tend) == "--nonsense runs again"
    assert worker.record.restarts == 1
    assert "starts again in 1 s" in eventually(worker.tend)


@pytest.mark.parametrize(("code", "words"), [(0, "exit code 0"), (1, "exit code 1"), (-9, "signal 9")])
def test_exits_are_described(code: int, words: str) -> None:
    assert describe_exit(code) == words
