"""The SDKs' websocket connections, listened to: everything but receiving, sending and closing is the connection's own.

Messages that had arrived and were not read when the caller closed the connection were billed all the same. They are
read then, without waiting, and kept for a caller who goes on receiving.
"""

import threading
import weakref
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from tollbook_producers import abandoned
from tollbook_producers.realtime.ending import LEFT_BEHIND
from tollbook_producers.realtime.markers import Message
from tollbook_producers.realtime.session import Session


class _Listening:
    """What the two kinds of connection have in common. `_state` guards who is receiving and what is kept."""

    _tollbook_tracked = True

    def __init__(self, inner: Any, session: Session) -> None:
        self._inner = inner
        self._session = session
        self._state = threading.Lock()
        self._kept: deque[Message] = deque()
        self._receivers = 0
        self._closed = False
        abandoned.expect()
        weakref.finalize(self, _left_behind, session).atexit = False  # an exit is for the recorder to judge

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _begin_receiving(self) -> Message | None:
        """A message that was kept, else None, and the caller has to receive one."""
        with self._state:
            if self._kept:
                return self._kept.popleft()
            self._receivers += 1
            return None

    def _end_receiving(self, take: Callable[[], Message]) -> None:
        with self._state:
            self._receivers -= 1
        if self._closed:
            self._settle(take)

    def _settle(self, take: Callable[[], Message]) -> None:
        """After a close: read what had arrived, unless somebody is still reading, who will settle then."""
        self._closed = True
        with self._state:
            if self._receivers:
                return
            with suppress(Exception):  # ConnectionClosed when all is read
                while True:
                    self._kept.append(take())
                    self._session.received(self._kept[-1])
        self._session.end()


class TrackedSocket(_Listening):
    """A websockets.sync.client.ClientConnection."""

    def recv(self, *args: Any, **kwargs: Any) -> Message:
        """The next message, as the connection's own method."""
        kept = self._begin_receiving()
        if kept is not None:
            return _as_asked(kept, *args[1:], **kwargs)
        try:
            message: Message = self._inner.recv(*args, **kwargs)
            self._session.received(message)
        except BaseException as error:
            self._session.disconnected(error)
            raise
        finally:
            self._end_receiving(self._take)
        return message

    def send(self, message: Any, *args: Any, **kwargs: Any) -> None:
        """Send a message, as the connection's own method."""
        _note(self._session, message)
        self._inner.send(message, *args, **kwargs)

    def close(self, *args: Any, **kwargs: Any) -> None:
        """Close the connection, as its own method; then the session is over."""
        self._session.leaving(None)
        try:
            self._inner.close(*args, **kwargs)
        finally:
            self._settle(self._take)

    def _take(self) -> Message:
        message: Message = self._inner.recv(timeout=0)
        return message


class TrackedAsyncSocket(_Listening):
    """A websockets.asyncio.client.ClientConnection."""

    async def recv(self, *args: Any, **kwargs: Any) -> Message:
        """The next message, as the connection's own method."""
        kept = self._begin_receiving()
        if kept is not None:
            return _as_asked(kept, *args, **kwargs)
        try:
            message: Message = await self._inner.recv(*args, **kwargs)
            self._session.received(message)
        except BaseException as error:
            self._session.disconnected(error)
            raise
        finally:
            self._end_receiving(self._take)
        return message

    async def send(self, message: Any, *args: Any, **kwargs: Any) -> None:
        """Send a message, as the connection's own method."""
        _note(self._session, message)
        await self._inner.send(message, *args, **kwargs)

    async def close(self, *args: Any, **kwargs: Any) -> None:
        """Close the connection, as its own method; then the session is over."""
        self._session.leaving(None)
        try:
            await self._inner.close(*args, **kwargs)
        finally:
            self._settle(self._take)

    def settle(self) -> None:
        """The connection was closed by somebody who did not ask this object to."""
        self._settle(self._take)

    def _take(self) -> Message:
        return _without_waiting(self._inner.recv())


def _without_waiting(receiving: Coroutine[Any, Any, Message]) -> Message:
    """The result of a coroutine that has one at once. Raises BlockingIOError for one that has to wait."""
    try:
        receiving.send(None)
    except StopIteration as done:
        message: Message = done.value
        return message
    receiving.close()
    raise BlockingIOError


def _as_asked(message: Message, decode: bool | None = None, **_other: Any) -> Message:
    """A kept message in the type that the `decode` of `recv` asks for."""
    if decode is False and isinstance(message, str):
        return message.encode()
    if decode is True and isinstance(message, bytes):
        return message.decode()
    return message


def _note(session: Session, message: Any) -> None:
    if isinstance(message, str | bytes):
        session.sent(message)


def _left_behind(session: Session) -> None:
    if not session.is_over:
        abandoned.later(partial(session.end, LEFT_BEHIND))
