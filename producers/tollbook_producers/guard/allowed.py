"""Calls that may go untracked, for a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_allowed: ContextVar[bool] = ContextVar("tollbook_untracked_allowed", default=False)


@contextmanager
def allow_untracked(reason: str) -> Iterator[None]:
    """Inside, untracked calls are neither counted nor refused. The reason is for the reader; ValueError without one."""
    if not reason.strip():
        raise ValueError("allow_untracked needs the reason why these calls may go uncounted")
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


def is_allowed() -> bool:
    """Whether untracked calls are allowed here."""
    return _allowed.get()
