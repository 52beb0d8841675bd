"""An event's own part of its ledger row."""

from operator import itemgetter
from typing import Any

import orjson
from msgspec.structs import astuple

from tollbook_schemas.canonical_event import NO_RAW_USAGE, CanonicalEvent
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.ids import ms_to_datetime

Row = tuple[Any, ...]

EVENT_COLUMNS: tuple[str, ...] = CanonicalEvent.__struct_fields__
"""In the order of the canonical form, so that a usual event is its row but for the columns named below."""

_CREATED_AT, _FLAGS, _TAGS, _RAW_USAGE = (
    EVENT_COLUMNS.index(name) for name in ("created_at", "flags", "tags", "raw_usage")
)
_columns = itemgetter(*EVENT_COLUMNS)


def event_columns(event: UsageEvent | CanonicalEvent) -> Row:
    """The event's own part of its ledger row; JSON as bytes."""
    if isinstance(event, CanonicalEvent):
        columns = list(astuple(event))
        columns[_CREATED_AT] = ms_to_datetime(event.created_ms)
        columns[_RAW_USAGE] = None if event.raw_usage is NO_RAW_USAGE else bytes(event.raw_usage)
    else:
        columns = list(_columns(vars(event)))
        columns[_RAW_USAGE] = _json(event.raw_usage)
    columns[_FLAGS] = list(event.flags)
    columns[_TAGS] = _json(event.tags)
    return tuple(columns)


def _json(value: dict[str, Any] | None) -> bytes | None:
    return None if value is None else orjson.dumps(value)
