"""A total deadline for whatever the current thread or task does on the network."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("tollbook_deadline", default=None)


@contextmanager
def deadline_in(seconds: float | None) -> Iterator[None]:
    """Everything inside must end within that many seconds; None sets no deadline. The nearest of nested ones holds."""
    if seconds is None:
        yield
        return
    with deadline_at(time.monotonic() + seconds):
        yield


@contextmanager
def deadline_at(end: float) -> Iterator[None]:
    """Everything inside must end by this time of the monotonic clock, or by an earlier deadline around."""
    outer = _deadline.get()
    token = _deadline.set(end if outer is None else min(end, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining() -> float | None:
    """Seconds to the deadline, negative after it, None without one."""
    end = _deadline.get()
    return None if end is None else end - time.monotonic()


def shortened(timeout: float | None) -> float | None:
    """The shorter of a timeout and what remains; never negative."""
    left = remaining()
    if left is None:
        return timeout
    left = max(left, 0.0)
    return left if timeout is None else min(timeout, left)
