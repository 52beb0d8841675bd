"""Reads source records in the order of their offsets: each becomes a candidate for the ledger, a dead letter, a tick or
an end. Pure: the same prefix of the log gives the same outcome on every machine, at every attempt."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from tollbook_schemas.canonical_event import CanonicalEvent
from tollbook_schemas.codec import (
    DecodedEvent,
    DecodedFields,
    DecodedForLedger,
    ImportEnd,
    Tick,
    decode_for_ledger,
)
from tollbook_schemas.dimensions import Dimensions, dimensions_of
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.judge import judge
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.content import Row, event_columns
from tollbook_sinks.partitions import SourcePartition
from tollbook_sinks.records import Feed, Record

LIVE = "live"


@dataclass(slots=True)  # as of records, one is made for each event
class Candidate:
    """A valid event that becomes a ledger row unless its id is there already.

    `window_ms`: start of its window. `columns`: the event's part of the row.
    """

    record: Record
    event: UsageEvent | CanonicalEvent
    stream: str
    window_ms: int
    on_time: bool
    digest: bytes
    dimensions: Dimensions
    columns: Row = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that is no ledger row, kept whole with the reason."""

    record: Record
    reason: str
    detail: str
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """An import's end record was read in this partition, at this clock (ms)."""

    import_id: str
    partition: int
    clock_ms: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Offsets that the log seems to lack: `found` came where `expected` should have."""

    feed: Feed
    expected: int
    found: int


@dataclass(slots=True)
class Reading:
    """What a batch of source records holds, in order."""

    candidates: list[Candidate] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    ends: list[Ended] = field(default_factory=list)


def read_source(
    rule: WindowRule, state: SourcePartition, records: Iterable[Record], confirmed: Gap | None, into: Reading
) -> Gap | None:
    """Read records of one partition and advance `state` by them.

    Records before the next offset were read already and are skipped. A gap that is not `confirmed` ends the reading and
    is returned, to be looked at again: only a gap that the log itself has may be accepted. Raises
    UnknownSchemaVersionError for an event of a newer version.
    """
    for record in records:
        if record.offset < state.next_offset:
            continue
        if record.offset > state.next_offset:
            gap = Gap(state.feed, state.next_offset, record.offset)
            if gap != confirmed:
                return gap
            state.counts.gaps += record.offset - state.next_offset
        state.next_offset = record.offset + 1
        _read(rule, state, record, into)
    return None


def _read(rule: WindowRule, state: SourcePartition, record: Record, into: Reading) -> None:
    kind = record.feed.kind
    decoded = decode_for_ledger(kind, record.key, record.value, record.headers)
    judgement = judge(rule, kind, state.time, decoded, record.appended_ms)
    match decoded:
        case Tick():
            state.counts.ticks += 1
        case ImportEnd(import_id):
            state.counts.ends += 1
            into.ends.append(Ended(import_id, record.feed.partition, state.time.ended[import_id]))
        case DecodedEvent() | DecodedFields() if judgement.outcome != "dead":
            into.candidates.append(_candidate(rule, record, decoded, on_time=judgement.outcome == "on_time"))
        case _:
            state.counts.dead_letters += 1
            into.dead_letters.append(DeadLetter(record, judgement.reason, judgement.detail, _event_id(decoded)))


def _candidate(rule: WindowRule, record: Record, decoded: DecodedEvent | DecodedFields, *, on_time: bool) -> Candidate:
    event = decoded.event
    return Candidate(
        record=record,
        event=event,
        stream=decoded.import_id or LIVE,
        window_ms=rule.start(event.created_ms),
        on_time=on_time,
        digest=decoded.digest(),
        dimensions=dimensions_of(event),
        columns=event_columns(event),
    )


def _event_id(decoded: DecodedForLedger) -> UUID | None:
    return decoded.event.id if isinstance(decoded, (DecodedFields, DecodedEvent)) else None
