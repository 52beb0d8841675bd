"""Wakes a thread, cheaply for whoever does it often."""

import threading


class Waker:
    """`wake` costs an attribute unless the thread sleeps; a finalizer may call it in the middle of itself."""

    def __init__(self) -> None:
        self.is_asleep = False
        self._bell = threading.Lock()
        self._bell.acquire()

    def wake(self) -> None:
        """End the sleep, if there is one."""
        if self.is_asleep:
            self.is_asleep = False
            self.ring()

    def ring(self) -> None:
        """End the sleep or the pause; one that is yet to come where there is none."""
        try:
            self._bell.release()
        except RuntimeError:  # it rings already
            return

    def pause(self, seconds: float) -> None:
        """Wait, and let `wake` cost nothing meanwhile; only `ring` ends it early."""
        self._bell.acquire(timeout=seconds)

    def going_to_sleep(self) -> None:
        """From now on `wake` rings: whoever looks for work after this misses none."""
        self.is_asleep = True

    def sleep(self, seconds: float) -> None:
        """Sleep until woken, at most that long."""
        self._bell.acquire(timeout=seconds)
        self.is_asleep = False
