"""What was found out ahead of a record's turn changes nothing of what is made of the record."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from support.sink_events import TICK, Message, message_of
from support.sink_logs import NOW_MS
from tollbook_schemas import DecodedEvent, PartitionTime, Settings, UsageEvent, decode, encode_event
from tollbook_sinks.content import EVENT_COLUMNS, content_ahead, event_columns
from tollbook_sinks.partitions import LogId, SourcePartition
from tollbook_sinks.reading import Reading, read_source
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.rows import ledger_row
from unit.schemas.strategies import usage_events

FEED = Feed("source", "live", 0)


def _ahead(record: Record) -> Record:
    return replace(record, content=content_ahead(FEED.kind, record.key, record.value, record.headers))


def _read(records: list[Record]) -> tuple[SourcePartition, Reading]:
    state, reading = SourcePartition(FEED, LogId("c", "t"), 0, PartitionTime()), Reading()
    assert read_source(Settings().window_rule, state, records, None, reading) is None
    return state, reading


def _record(offset: int, message: Message, appended_ms: int) -> Record:
    return Record(FEED, offset, message.key, message.value, message.headers, appended_ms)


messages = usage_events() | st.sampled_from([TICK, Message(b"k", b"{}", []), Message(None, b"", [])])


@given(st.lists(messages, max_size=5))
def test_a_batch_read_ahead_is_the_batch(contents: list[UsageEvent | Message]) -> None:
    records = [
        _record(offset, one, NOW_MS) if isinstance(one, Message) else _record(offset, message_of(one), one.created_ms)
        for offset, one in enumerate(contents)
    ]
    state, reading = _read(records)
    state_ahead, reading_ahead = _read([_ahead(record) for record in records])
    assert (state_ahead, reading_ahead) == (state, reading)
    rows = [ledger_row(replace(candidate, columns=())) for candidate in reading.candidates]
    assert [ledger_row(candidate) for candidate in reading_ahead.candidates] == rows


def test_what_stops_the_sink_is_left_to_its_turn() -> None:
    assert content_ahead("live", b"k", b'{"schema_version": 2}', []) is None


@given(usage_events())
def test_a_row_of_bare_fields_is_the_row_of_the_event(event: UsageEvent) -> None:
    key, value = encode_event(event)
    whole, ahead = decode("live", key, value), content_ahead("live", key, value, [])
    assert isinstance(whole, DecodedEvent)
    assert ahead is not None
    assert dict(zip(EVENT_COLUMNS, ahead.columns, strict=True)) == dict(
        zip(EVENT_COLUMNS, event_columns(whole.event), strict=True)
    )
