"""The provider's voice side: realtime sessions over websockets."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from provider import figures
from provider.answers_openai import PIXEL
from provider.book import Book, Entry, Outcome
from provider.figures import Figures
from provider.texts import said

SESSION_TASK = "Interview"
TRANSCRIPTION_TASK = "Interview transcription"
BROKEN = 1011
"""The websocket code of a server that failed."""

_MODEL = re.compile(r"[?&]model=([^&]+)")
Json = dict[str, Any]


class VoiceService:
    """Called with each connection. Answers what the interview needs of the realtime protocol, and no more."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._numbers = itertools.count(1)

    def __call__(self, connection: ServerConnection) -> None:
        """Serve one session until the client leaves."""
        found = _MODEL.search(connection.request.path if connection.request else "")
        session = _Session(self._book, found[1] if found else "unknown", next(self._numbers))
        try:
            for message in connection:
                for event in session.hear(json.loads(message)):
                    connection.send(json.dumps(event))
                if session.is_broken:
                    connection.close(BROKEN, "internal error")
        except ConnectionClosed:
            """The client has left."""


class _Session:
    def __init__(self, book: Book, model: str, number: int) -> None:
        self._book = book
        self._model = model
        self._transcriber = "unknown"
        self._number = number
        self._events = itertools.count(1)
        self.is_broken = False

    def hear(self, message: Mapping[str, Any]) -> Iterator[Json]:
        """The events that answer a message."""
        for event in self._answer(message):
            yield {"event_id": f"event_{next(self._events)}", **event}

    def _answer(self, message: Mapping[str, Any]) -> Iterator[Json]:
        if message["type"] == "session.update":
            self._transcriber = message["session"]["audio"]["input"]["transcription"]["model"]
            yield {"type": "session.updated", "session": message["session"]}
        elif message["type"] == "input_audio_buffer.commit":
            yield from self._transcribe()
        elif message["type"] == "response.create":
            yield from self._respond()

    def _transcribe(self) -> Iterator[Json]:
        outcome, usage = self._deal(TRANSCRIPTION_TASK, self._transcriber, figures.heard)
        place = {"item_id": f"item_{next(self._events)}", "content_index": 0}
        kind = "conversation.item.input_audio_transcription"
        if outcome is Outcome.WITH_AN_ERROR:
            yield {"type": f"{kind}.failed", **place, "error": {"type": "server_error", "message": "inaudible"}}
        elif outcome is not Outcome.NEVER:
            yield {"type": f"{kind}.completed", **place, "transcript": said(TRANSCRIPTION_TASK), "usage": usage}

    def _respond(self) -> Iterator[Json]:
        outcome, usage = self._deal(SESSION_TASK, self._model, figures.realtime)
        self.is_broken = outcome is Outcome.WITH_AN_ERROR
        response = {"id": f"resp_{next(self._events)}", "object": "realtime.response", "output": []}
        place = {"response_id": response["id"], "item_id": "item_said", "output_index": 0, "content_index": 0}
        yield {"type": "response.created", "response": {**response, "status": "in_progress"}}
        if outcome in (Outcome.NEVER, Outcome.WITH_AN_ERROR):
            return
        yield {"type": "response.output_audio.delta", **place, "delta": PIXEL}
        yield {"type": "response.output_audio_transcript.done", **place, "transcript": said(SESSION_TASK)}
        yield {"type": "response.done", "response": {**response, "status": "completed", "usage": usage}}

    def _deal(self, task: str, model: str, bills: Any) -> tuple[Outcome, Json | None]:
        outcome = self._book.outcome(task)
        bill: Figures = bills(self._book.number())
        stated = outcome is Outcome.WELL
        self._book.enter(Entry(task, model, outcome, bill.told(usage=stated), self._number))
        return outcome, bill.wire if stated else None
