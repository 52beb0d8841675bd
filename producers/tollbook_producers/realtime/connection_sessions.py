"""The sessions of one connection manager of the openai SDK, which may reconnect by itself."""

from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from tollbook_producers.log import warn_once
from tollbook_producers.realtime.ending import CLOSED, ending_of
from tollbook_producers.realtime.session import Session


class Sessions:
    """The sessions of one connection manager: the one under way, and how to begin another."""

    def __init__(self, begin: Callable[[], Session | None]) -> None:
        self._begin = begin
        self._context = Context()
        self.current: Session | None = None

    def entering(self) -> None:
        """The caller enters the manager."""
        self._context = copy_context()
        self.current = self._begin()

    def failed(self, error: BaseException) -> None:
        """It could not connect."""
        if self.current is not None:
            self.current.end(ending_of(error))

    def leaving(self, error: BaseException | None) -> None:
        """The caller leaves the manager, with an exception or without; the connection is closed next."""
        if self.current is not None:
            self.current.leaving(error)

    def left(self) -> None:
        """The connection is closed."""
        if self.current is not None:
            self.current.end(CLOSED)

    def listen(self, connection: Any, make: Callable[[Any, Session], Any]) -> None:
        """Put our websocket, which `make` makes, in the place of the connection's."""
        try:
            if self.current is not None:
                connection._connection = make(connection._connection, self.current)
        except Exception as error:  # noqa: BLE001  # the session still leaves its event, without usage
            warn_once("a realtime connection cannot be listened to", error)

    def reconnected(self, websocket: Any, make: Callable[[Any, Session], Any]) -> Any:
        """The websocket of a new session, listened to; it belongs where the first one began."""
        self.current = self._context.run(self._begin)
        return websocket if self.current is None else make(websocket, self.current)
