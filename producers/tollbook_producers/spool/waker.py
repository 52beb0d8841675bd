"""Wakes a thread, cheaply for whoever does it often, and lets it run once it is awake.

A thread that wants the interpreter asks for it only after 5 ms in which nobody let it go (the switch interval). Code
that lets it go for microseconds again and again, as HTTP clients do, takes it back each time before the thread is
there: the thread waited for one to three seconds (measured), and every one of these moments cost the call a system call
to signal it, some 60 µs in all. So whoever has called for the thread makes way for it, once it is due.
"""

import math
import threading
import time

STEP_ASIDE_SECONDS = 0.00005
"""Longer than a signalled thread takes to come."""


class Waker:
    """`wake` costs an attribute unless the thread sleeps; a finalizer may call it in the middle of itself.

    `due` is the time (monotonic, s) from which on the thread wants to run.
    """

    def __init__(self) -> None:
        self.is_asleep = False
        self.due = math.inf
        self._bell = threading.Lock()
        self._bell.acquire()

    def wake(self) -> None:
        """End the sleep, if there is one."""
        if self.is_asleep:
            self.is_asleep = False
            self.due = 0.0
            self.ring()

    def make_way(self) -> None:
        """Let the thread run, if it is due."""
        if time.monotonic() > self.due:
            time.sleep(STEP_ASIDE_SECONDS)

    def ring(self) -> None:
        """End the sleep or the pause; one that is yet to come where there is none."""
        try:
            self._bell.release()
        except RuntimeError:  # it rings already
            return

    def pause(self, seconds: float) -> None:
        """Wait, and let `wake` cost nothing meanwhile; only `ring` ends it early."""
        self.away(seconds)
        self._bell.acquire(timeout=seconds)
        self.back()

    def away(self, seconds: float) -> None:
        """The thread waits elsewhere, at most that long."""
        self.due = time.monotonic() + seconds

    def back(self) -> None:
        """The thread has work to do."""
        self.due = 0.0

    def going_to_sleep(self) -> None:
        """From now on `wake` rings: whoever looks for work after this misses none."""
        self.due = math.inf
        self.is_asleep = True

    def sleep(self, seconds: float) -> None:
        """Sleep until woken, at most that long."""
        self._bell.acquire(timeout=seconds)
        self.is_asleep = False
        self.back()
