"""Ends for what nobody closed: work that a finalizer starts, done where it may take locks.

Finalizers and a generator's exit may run inside the garbage collector, at any point of any thread, also where that very
thread holds a lock that the work needs. So they only put the work into a queue that is made for this (a SimpleQueue's
`put` is reentrant), and a thread does it.
"""

import atexit
import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from tollbook_producers.log import warn_once

_EXIT_SECONDS = 1.0

Work = Callable[[], None]


class _Doer:
    """The queue of one process and the thread that empties it."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[Work] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, once; never from a finalizer."""
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="tollbook-abandoned", daemon=True)
                self._thread.start()

    def drain(self) -> None:
        """Do what is left, in this thread."""
        while True:
            try:
                work = self.queue.get_nowait()
            except Empty:
                return
            _do(work)

    def _run(self) -> None:
        while True:
            _do(self.queue.get())


_doer = _Doer()


def expect() -> None:
    """Something was made that may be abandoned."""
    _doer.start()


def later(work: Work) -> None:
    """Do this soon, in another thread. May be called from a finalizer, and never raises."""
    _doer.queue.put(work)


def settle(timeout_seconds: float = _EXIT_SECONDS) -> None:
    """Wait until what was handed over before is done, at most that long."""
    done = threading.Event()
    if _doer.queue.empty() and not _is_running():
        return
    later(done.set)
    if not _is_running() or not done.wait(timeout_seconds):
        _doer.drain()


def _is_running() -> bool:
    return _doer._thread is not None and _doer._thread.is_alive()


def _do(work: Work) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001  # tracking never raises, and the thread must live
        warn_once("an abandoned call could not be ended", error)


def _after_fork() -> None:
    """In a forked child the thread is gone, and what was handed over is the parent's."""
    global _doer  # noqa: PLW0603
    _doer = _Doer()


atexit.register(settle)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
