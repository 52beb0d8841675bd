"""Rows of the ledger and of the tables of totals, in the order of their columns."""

from base64 import b64encode

import orjson

from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.measures import MEASURES
from tollbook_schemas.rollups import RollupKey, RollupValue
from tollbook_sinks.content import EVENT_COLUMNS, Row
from tollbook_sinks.identity import Adjustment
from tollbook_sinks.keys import dimensions_digest
from tollbook_sinks.reading import LIVE, Candidate, DeadLetter

LEDGER_COLUMNS = (
    *EVENT_COLUMNS,
    "prompt_band",
    "dimensions_digest",
    "stream",
    "on_time",
    "source_partition",
    "source_offset",
    "content_digest",
)

STATED_COLUMNS = ("applied", *MEASURES)
PARTIAL_COLUMNS = ("stream", "source_partition", "window_start", "key_digest", *Dimensions._fields, *STATED_COLUMNS)

ADJUSTMENT_COLUMNS = (
    "stream",
    "window_start",
    "kind",
    "source_partition",
    "source_offset",
    "reason",
    "event_id",
    "session_id",
    "operation_id",
    "key_digest",
    *Dimensions._fields,
    *MEASURES,
)


def ledger_row(candidate: Candidate) -> Row:
    """A ledger row in the order of LEDGER_COLUMNS."""
    return (
        *candidate.columns,
        candidate.dimensions.prompt_band,
        dimensions_digest(candidate.dimensions),
        candidate.stream,
        candidate.on_time,
        candidate.record.feed.partition,
        candidate.record.offset,
        candidate.digest,
    )


def partial_row(key: RollupKey, value: RollupValue) -> Row:
    """A row of partials in the order of PARTIAL_COLUMNS."""
    return (
        key.import_id or LIVE,
        key.partition,
        ms_to_datetime(key.window_ms),
        dimensions_digest(key.dimensions),
        *key.dimensions,
        value.applied,
        *value.measures,
    )


def adjustment_row(adjustment: Adjustment) -> Row:
    """A row of adjustments in the order of ADJUSTMENT_COLUMNS."""
    candidate = adjustment.candidate
    return (
        candidate.stream,
        ms_to_datetime(candidate.window_ms),
        candidate.record.feed.kind,
        candidate.record.feed.partition,
        candidate.record.offset,
        adjustment.reason,
        candidate.event.id,
        candidate.event.session_id,
        candidate.event.operation_id,
        dimensions_digest(candidate.dimensions),
        *candidate.dimensions,
        *adjustment.measures,
    )


def dead_letter_row(letter: DeadLetter) -> Row:
    """A row of dead letters: the record whole, its bytes as they were."""
    record = letter.record
    return (
        record.feed.kind,
        record.feed.partition,
        record.offset,
        letter.reason,
        _storable(letter.detail),
        letter.event_id,
        record.key,
        record.value,
        orjson.dumps([[_storable(name), _base64(value)] for name, value in record.headers]).decode(),
        ms_to_datetime(record.appended_ms),
    )


def _storable(text: str) -> str:
    """Postgres' text cannot hold every character that JSON can; a dead letter must never stop the sink."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _base64(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()
