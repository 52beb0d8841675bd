"""Usage events and source records for the sink's tests."""

from typing import Any, NamedTuple

from tollbook_schemas.codec import encode_event
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.ids import derived_event_id, ms_to_datetime
from tollbook_schemas.topics import END_KEY, IMPORT_HEADER, TICK_KEY

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

Headers = list[tuple[str, bytes | None]]


class Message(NamedTuple):
    """A record to be written."""

    key: bytes | None
    value: bytes
    headers: Headers


TICK = Message(TICK_KEY, b"", [])


def usage_event(number: int, created_ms: int, **fields: Any) -> UsageEvent:
    """An event whose id follows from its number and time; `fields` replace or add any."""
    given = {
        "id": derived_event_id(created_ms, "sink-test", str(number)),
        "created_at": ms_to_datetime(created_ms),
        "provider": "openai",
        "model": "gpt-x",
        "status": "success",
        "use_case": "barbara_analysis",
        "workspace_id": "w1",
        "project_id": f"p{number % 5}",
        "session_id": f"s{number % 50}",
        "prompt_tokens": 100 + number % 7,
        "completion_tokens": 10 + number % 3,
    }
    return UsageEvent(**{**given, **fields})


def message_of(event: UsageEvent, import_id: str | None = None) -> Message:
    """The record of an event, of an import where one is named."""
    key, value = encode_event(event)
    return Message(key, value, import_headers(import_id))


def import_headers(import_id: str | None) -> Headers:
    """The header that every record of an import has."""
    return [] if import_id is None else [(IMPORT_HEADER, import_id.encode())]


def import_end(import_id: str) -> Message:
    """The end of an import in a partition."""
    return Message(END_KEY, b"", import_headers(import_id))


def import_named(number: int) -> str:
    """A well-formed import id."""
    return f"imp_{number:032x}"
