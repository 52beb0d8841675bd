"""What follows from a source record alone, whenever it is looked at: found out ahead, while Postgres is busy."""

from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from tollbook_schemas.codec import Decoded, DecodedEvent, Headers, decode
from tollbook_schemas.dimensions import Dimensions, dimensions_of
from tollbook_schemas.errors import UnknownSchemaVersionError
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.topics import StreamKind

Row = tuple[Any, ...]

_FIXED = ("status", "flags", "tags", "raw_usage")
"""Fields that Postgres wants in another form than the model holds."""

_PLAIN_FIELDS = tuple(name for name in UsageEvent.model_fields if name not in _FIXED)
_PLAIN = itemgetter(*_PLAIN_FIELDS)

EVENT_COLUMNS = (*_PLAIN_FIELDS, *_FIXED)


class Content(NamedTuple):
    """What a record says; the rest is of an event only. `columns` are its values in the order of EVENT_COLUMNS."""

    decoded: Decoded
    digest: bytes = b""
    dimensions: Dimensions | None = None
    columns: Row = ()


def content_of(decoded: Decoded) -> Content:
    """All of it."""
    if not isinstance(decoded, DecodedEvent):
        return Content(decoded)
    event = decoded.event
    return Content(decoded, decoded.digest(), dimensions_of(event), event_columns(event))


def content_ahead(kind: StreamKind, key: bytes | None, value: bytes | None, headers: Headers) -> Content | None:
    """None for what stops the sink: it must do so at that record's turn, when all before it is written."""
    try:
        return content_of(decode(kind, key, value, headers))
    except UnknownSchemaVersionError:
        return None


def event_columns(event: UsageEvent) -> Row:
    """The event's own part of its ledger row."""
    plain = _PLAIN(vars(event))  # half of the time that attributes take
    return (*plain, event.status.value, list(event.flags), _json(event.tags), _json(event.raw_usage))


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
