"""Who makes way for the publisher's thread, and when."""

import math
import sys
import threading
import time

import pytest

from support.waiting import eventually
from tollbook_producers.spool import waker as module
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.overflow import Overflow
from tollbook_producers.spool.recorder import SpoolRecorder
from tollbook_producers.spool.waker import Waker

LATER = 3600.0


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every step aside."""
    taken: list[float] = []
    monkeypatch.setattr("time.sleep", taken.append)
    return taken


def test_nobody_makes_way_for_a_thread_that_wants_nothing(steps: list[float]) -> None:
    waker = Waker()
    waker.make_way()
    waker.away(LATER)
    waker.make_way()
    waker.back()
    waker.going_to_sleep()
    waker.make_way()
    assert (steps, waker.due) == ([], math.inf)


def test_a_thread_that_works_or_should_be_awake_is_let_through(steps: list[float]) -> None:
    waker = Waker()
    waker.away(-LATER)
    waker.make_way()
    waker.back()
    waker.make_way()
    waker.going_to_sleep()
    waker.wake()
    waker.make_way()
    assert steps == [module.STEP_ASIDE_SECONDS] * 3


def test_a_call_wakes_the_thread_or_makes_way_for_it(steps: list[float]) -> None:
    waker = Waker()
    recorder = SpoolRecorder(Losses("s"), Overflow(), waker)
    waker.going_to_sleep()
    recorder.ended("a", "b", {})
    assert (waker.is_asleep, steps) == (False, [])
    recorder.ended("c", "d", {})
    assert steps == [module.STEP_ASIDE_SECONDS]


def test_a_busy_caller_does_not_keep_the_thread_from_running() -> None:
    waker, rounds, interval = Waker(), [0], sys.getswitchinterval()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            waker.pause(0.001)
            rounds[0] += 1

    thread = threading.Thread(target=work)
    sys.setswitchinterval(LATER)  # now the thread runs only when somebody makes way
    thread.start()
    try:

        def has_run() -> bool:
            waker.make_way()
            return rounds[0] >= 20

        deadline = time.monotonic() + 30
        while not has_run():
            assert time.monotonic() < deadline, rounds
    finally:
        stop.set()
        sys.setswitchinterval(interval)
        thread.join()
    assert eventually(lambda: rounds[0]) >= 20
