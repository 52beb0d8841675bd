"""Live sessions of google-genai. Imports google.genai: load it only when it is there.

Hooked are `AsyncLive.connect` and of the session it yields the private attribute `_ws` (the websocket). A test fails
when the SDK renames them. A resumed session is a new one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, cast

from google.genai.live import AsyncLive, AsyncSession

from tollbook_producers.attribution import Attribution
from tollbook_producers.facts import CallSpec
from tollbook_producers.hooked import copy_as
from tollbook_producers.log import warn_once
from tollbook_producers.read import text
from tollbook_producers.realtime.begin import begin_gemini
from tollbook_producers.realtime.ending import CLOSED, ending_of
from tollbook_producers.realtime.session import Session
from tollbook_producers.realtime.websocket import TrackedAsyncSocket


def tracked_live(live: AsyncLive, attribution: Attribution) -> AsyncLive:
    """A `client.aio.live` of the same type whose sessions are tracked; the given one is not.

    A session leaves one event when it ends.
    """
    tracked = copy_as(TrackedLive, live)
    tracked._tollbook_attribution = attribution
    return cast("AsyncLive", tracked)


class TrackedLive(AsyncLive):
    """Listens to the websocket of each session."""

    _tollbook_tracked = True
    _tollbook_attribution: Attribution

    @asynccontextmanager
    @wraps(AsyncLive.connect)
    async def connect(self, *args: Any, **kwargs: Any) -> AsyncIterator[AsyncSession]:
        spec = CallSpec("gemini", text(kwargs.get("model")) or "unknown", self._tollbook_attribution)
        tracked = begin_gemini(spec)
        connecting = super().connect(*args, **kwargs)
        if tracked is None:
            async with connecting as session:
                yield session
            return
        socket: TrackedAsyncSocket | None = None
        try:
            async with connecting as session:
                socket = _listened_to(session, tracked)
                yield session
        except BaseException as error:
            _leave(tracked, socket, error)
            raise
        _leave(tracked, socket, None)


def _listened_to(session: AsyncSession, tracked: Session) -> TrackedAsyncSocket | None:
    try:
        socket = TrackedAsyncSocket(session._ws, tracked)
    except Exception as error:  # noqa: BLE001  # the session still leaves its event, without usage
        warn_once("a live session cannot be listened to", error)
        return None
    session._ws = cast("Any", socket)
    return socket


def _leave(tracked: Session, socket: TrackedAsyncSocket | None, error: BaseException | None) -> None:
    tracked.leaving(error)
    if socket is not None:
        socket.settle()
    tracked.end(ending_of(error) if error is not None else CLOSED)
