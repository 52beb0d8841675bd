"""The usage events that a provider's messages become, through the readers that the wrappers use."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from tollbook_cli.payload_file import Payload
from tollbook_producers.call import event_id_of
from tollbook_producers.event_builder import build_event
from tollbook_producers.facts import CallSpec, outcome
from tollbook_producers.normalize import (
    Reader,
    at_end_of_stream,
    reader_for,
    session_reader_for,
    session_surfaces_of,
)
from tollbook_producers.report import CallReport
from tollbook_schemas import UsageEvent

_PARTS = ("type", "event_type", "choices", "candidates", "usageMetadata")
"""A message that has one of these may be part of a stream."""


def events_of(payload: Payload, provider: str, surface: str) -> Iterator[UsageEvent]:
    """One event for each usage report, in order. Raises UnknownSurfaceError."""
    if surface in session_surfaces_of(provider):
        reports = _reports_of_session(payload.messages, provider, surface)
    else:
        reports = _reports_of_calls(payload, provider, surface)
    for report in reports:
        spec = CallSpec(provider, report.response_model or "unknown", {})
        yield build_event(outcome(spec, report, None, {}), UUID(event_id_of(spec, report)))


def _reports_of_session(messages: Sequence[Any], provider: str, surface: str) -> Iterator[CallReport]:
    reader = session_reader_for(provider, surface)
    for message in messages:
        for found in reader.feed(message):
            yield found.report


def _reports_of_calls(payload: Payload, provider: str, surface: str) -> Iterator[CallReport]:
    """A call ends with its last message, or where a message belongs to another call."""
    reader, call_id = reader_for(provider, surface), None
    for position, message in enumerate(payload.messages):
        if position and _is_another_call(reader, call_id, message):
            yield reader.report()
            reader = reader_for(provider, surface)
            call_id = None
        reader.feed(message)
        call_id = _id_of(message) or call_id
    yield reader.report() if payload.is_single else _at_end(reader, payload)


def _at_end(reader: Reader, payload: Payload) -> CallReport:
    return at_end_of_stream(reader.report(), done=payload.done) if reader.markers else reader.report()


def _is_another_call(reader: Reader, call_id: str | None, message: Any) -> bool:
    """After a complete one: an answer or a chunk of another id, or without one a whole answer."""
    if not reader.markers:
        return True
    if not reader.report().complete or not isinstance(message, dict):
        return False
    message_id = _id_of(message)
    if message_id is None or call_id is None:
        return not any(part in message for part in _PARTS)
    return message_id != call_id


def _id_of(message: Any) -> str | None:
    """The response's id, wherever the message has it."""
    if not isinstance(message, dict):
        return None
    for inner in (message, message.get("response"), message.get("interaction")):
        found = (inner.get("responseId") or inner.get("id")) if isinstance(inner, dict) else None
        if isinstance(found, str):
            return found
    return None
