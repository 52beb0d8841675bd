"""One websocket session, seen from its messages alone: no socket, no thread and no event loop in here."""

import json
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any, Protocol

import orjson

from tollbook_producers.log import warn_once
from tollbook_producers.normalize.reader import SessionReader, SessionReport
from tollbook_producers.realtime.ending import CLOSED, Ending, disconnected, ending_of
from tollbook_producers.realtime.heard import Heard, Known, Wire
from tollbook_producers.realtime.markers import Markers, Message
from tollbook_producers.realtime.transcriptions import Transcriptions
from tollbook_producers.report import CallReport


class SessionEvents(Protocol):
    """Leaves the events of a session's responses."""

    def started(self, response_id: str) -> None:
        """A response began."""

    def finished(self, response_id: str | None, report: CallReport) -> None:
        """A response is over, or an increment of usage is here."""

    def turned(self, turns: int) -> None:
        """The model ended some turns."""

    def end(self, ending: Ending) -> None:
        """The session is over; nothing follows."""


class Session:
    """What passes over one websocket. Any thread may call any method, and none of them raises.

    Only messages with a marker are parsed. The first ending holds; but where a `with` statement says with which
    exception it was left, before it closes the socket, that is the ending.
    """

    def __init__(
        self, wire: Wire, reader: SessionReader, events: SessionEvents, known: Known, transcriptions: Transcriptions
    ) -> None:
        self._wire = wire
        self._reader = reader
        self._events = events
        self._known = known
        self._transcriptions = transcriptions
        self._incoming = Markers(*wire.markers, *reader.markers)
        self._outgoing = Markers(*wire.sent_markers)
        self._lock = threading.Lock()
        self._seen: set[tuple[str, str]] = set()
        self._context = copy_context()  # whoever reads later, the events belong where the session began
        self._ending: Ending | None = None
        self._over = False

    def received(self, message: Message) -> None:
        """The provider said this."""
        self._hear(message, self._incoming, self._read)

    def sent(self, message: Message) -> None:
        """The caller says this."""
        self._hear(message, self._outgoing, lambda heard, _: self._known.learn(heard))

    def leaving(self, error: BaseException | None) -> None:
        """The socket is about to be closed, because of this exception or because all is done."""
        self._ending = self._ending or ending_of(error)

    def disconnected(self, error: BaseException) -> None:
        """Receiving raised this. It ends the session only if it says that the connection is closed."""
        ending = disconnected(error)
        if ending is not None:
            self.end(ending)

    def end(self, ending: Ending = CLOSED) -> None:
        """The session is over. Later calls do nothing."""
        try:
            with self._lock:
                if not self._over:
                    self._over = True
                    self._context.run(self._events.end, self._ending or ending)
        except Exception as error:  # noqa: BLE001  # tracking never raises into a session
            warn_once("a realtime session could not be ended", error)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._over

    def _hear(self, message: Message, markers: Markers, read: Callable[[Heard, Mapping[str, Any]], None]) -> None:
        try:
            if self._over or not markers.are_in(message):
                return
            said = _parsed(message)
            if isinstance(said, dict):
                with self._lock:
                    if not self._over:
                        self._context.run(read, self._wire.hear(said), said)
        except Exception as error:  # noqa: BLE001
            warn_once("a realtime message could not be read", error)

    def _read(self, heard: Heard, message: Mapping[str, Any]) -> None:
        self._known.learn(heard)
        if heard.started is not None and self._is_new("response.created", heard.started):
            self._events.started(heard.started)
        for found in self._reader.feed(message):
            self._take(found, heard)
        if heard.turns:
            self._events.turned(heard.turns)

    def _take(self, found: SessionReport, heard: Heard) -> None:
        name = heard.item if found.kind == "transcription" else heard.ended
        if name is not None and not self._is_new(found.kind, name):
            return
        if found.kind == "transcription":
            self._transcriptions.leave(found.report, found.model, heard.item)
        else:
            self._events.finished(heard.ended, found.report)

    def _is_new(self, kind: str, name: str) -> bool:
        is_new = (kind, name) not in self._seen
        self._seen.add((kind, name))
        return is_new


def _parsed(message: Message) -> object:
    """The message as JSON; what only the SDKs' own parser takes (NaN, huge numbers) is left to that."""
    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError:
        return json.loads(message)
