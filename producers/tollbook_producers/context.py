"""Attribution for a stretch of code, and whether a call is already being tracked."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Unpack

from tollbook_producers.attribution import NOTHING, Attribution, AttributionFields, attribution, merge

_attribution: ContextVar[Attribution] = ContextVar("tollbook_attribution", default=NOTHING)
_tracked: ContextVar[bool] = ContextVar("tollbook_tracked", default=False)


@contextmanager
def usage_context(**fields: Unpack[AttributionFields]) -> Iterator[None]:
    """Attribute every tracked call inside to these ids.

    Contexts nest and merge, the inner one wins; they follow asyncio tasks, not new threads. They override what the
    client was wrapped with, and are overridden by what `tracked_call` is given.
    """
    token = _attribution.set(merge(_attribution.get(), attribution(fields)))
    try:
        yield
    finally:
        _attribution.reset(token)


def current_attribution() -> Attribution:
    """What the contexts around this code say."""
    return _attribution.get()


@contextmanager
def one_event() -> Iterator[None]:
    """Inside, wrapped clients leave no events of their own: whoever opened this leaves the one for all of it."""
    token = _tracked.set(True)
    try:
        yield
    finally:
        _tracked.reset(token)


def is_tracked_outside() -> bool:
    """Whether a `tracked_call` around this code already leaves the event."""
    return _tracked.get()
