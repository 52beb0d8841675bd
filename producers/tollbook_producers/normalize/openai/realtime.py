"""Realtime sessions of OpenAI and xAI: every response is a report, and so is every transcription of what was said."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.openai.usage import normalize_openai_tokens
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.reader import SessionReport
from tollbook_producers.normalize.wire import error_status, error_type, later_usage, mapping, word
from tollbook_producers.read import text
from tollbook_producers.report import CallReport

_TRANSCRIPTION = "conversation.item.input_audio_transcription"
_SESSIONS = frozenset(
    {"session.created", "session.updated", "transcription_session.created", "transcription_session.updated"}
)


class RealtimeReader:
    """A transcription is billed at the model that the session names for it, not at the realtime model."""

    markers: ClassVar[tuple[bytes, ...]] = (
        b'"response.done"',
        b'"conversation.item.input_audio_transcription.completed"',
        b'"conversation.item.input_audio_transcription.failed"',
        b'session.created"',
        b'session.updated"',
    )

    __slots__ = ("_model", "_transcription_model")

    def __init__(self) -> None:
        self._model: str | None = None
        self._transcription_model: str | None = None

    def feed(self, message: object) -> tuple[SessionReport, ...]:
        """One event from the server."""
        event = mapping(message)
        kind = word(event.get("type"))
        if kind == "response.done":
            return (SessionReport("response", _response_report(event, self._model), self._model),)
        if kind in (f"{_TRANSCRIPTION}.completed", f"{_TRANSCRIPTION}.failed"):
            return self._transcription(event, failed=kind.endswith("failed"))
        if kind in _SESSIONS:
            self._learn(mapping(event.get("session")))
        return ()

    def _transcription(self, event: Mapping[str, Any], *, failed: bool) -> tuple[SessionReport, ...]:
        if event.get("status") == "in_progress":  # xAI repeats the event while the item grows
            return ()
        error, usage = error_type(event.get("error")) if failed else None, event.get("usage")
        report = CallReport(
            usage=normalize_openai_tokens(usage),
            raw_usage=reduce_raw_usage(usage),
            response_model=self._transcription_model,
            request_id=text(event.get("item_id")),
            status=error_status(error),
            error_type=error,
        )
        return (SessionReport("transcription", report, self._transcription_model),)

    def _learn(self, session: Mapping[str, Any]) -> None:
        self._model = text(session.get("model")) or self._model
        of_audio = mapping(mapping(mapping(session.get("audio")).get("input")).get("transcription"))
        model = text(of_audio.get("model")) or text(mapping(session.get("input_audio_transcription")).get("model"))
        self._transcription_model = model or self._transcription_model


def _response_report(event: Mapping[str, Any], model: str | None) -> CallReport:
    """Of xAI, `response.usage` is empty and the event has one of its own."""
    response = mapping(event.get("response"))
    usage = later_usage(event.get("usage"), response.get("usage"))
    failed = response.get("status") == "failed"
    error = error_type(mapping(response.get("status_details")).get("error")) if failed else None
    return CallReport(
        usage=normalize_openai_tokens(usage),
        raw_usage=reduce_raw_usage(usage),
        response_model=text(response.get("model")) or model,
        request_id=text(response.get("id")) or text(event.get("response_id")),
        status=error_status(error),
        error_type=error,
    )
