"""Reading a source partition: every offset is accounted for, however the log is cut into batches."""

from collections import Counter
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.sink_events import Message, message_of, usage_event
from support.sink_logs import NOW_MS, Told, new_partition, partition_logs
from tollbook_schemas.errors import UnknownSchemaVersionError
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.partitions import SourcePartition
from tollbook_sinks.reading import Gap, Reading, read_source
from tollbook_sinks.records import Feed, Record

RULE = WindowRule()
LOGS = partition_logs("live") | partition_logs("import")


def read_all(state: SourcePartition, log: list[Told], cuts: list[int]) -> Reading:
    """Read in batches that end at the cuts, looking a second time at every gap, as the sink does."""
    reading, confirmed = Reading(), None
    ends = sorted({cut % (len(log) + 1) for cut in cuts} | {len(log)})
    begin = 0
    for end in ends:
        batch = [told.record for told in log[begin:end]]
        while gap := read_source(RULE, state, batch, confirmed, reading):
            confirmed = gap
        begin = end
    return reading


def first_offset(log: list[Told]) -> int:
    return log[0].record.offset if log else 0


@given(LOGS, st.lists(st.integers(0, 100), max_size=5))
def test_every_offset_is_counted_as_what_it_is(log: list[Told], cuts: list[int]) -> None:
    kind = log[0].record.feed.kind if log else "live"
    state = new_partition(kind, 0)
    reading = read_all(state, log, cuts)
    fates = Counter(told.fate for told in log)
    assert state.counts.ticks == fates["tick"]
    assert state.counts.ends == fates["end"]
    assert state.counts.dead_letters == fates["dead"] == len(reading.dead_letters)
    assert [candidate.on_time for candidate in reading.candidates] == [
        told.fate == "on_time" for told in log if told.fate in ("on_time", "late")
    ]
    assert state.next_offset == (log[-1].record.offset + 1 if log else 0)
    assert state.counts.gaps == state.next_offset - len(log)
    assert state.counts.consumed + len(reading.candidates) == state.next_offset


@given(LOGS, st.lists(st.integers(0, 100), max_size=5))
def test_batches_do_not_matter(log: list[Told], cuts: list[int]) -> None:
    kind = log[0].record.feed.kind if log else "live"
    whole, parts = new_partition(kind, first_offset(log)), new_partition(kind, first_offset(log))
    assert read_all(whole, log, []) == read_all(parts, log, cuts)
    assert whole == parts


@given(LOGS)
def test_reading_again_changes_nothing(log: list[Told]) -> None:
    kind = log[0].record.feed.kind if log else "live"
    state = new_partition(kind, first_offset(log))
    read_all(state, log, [])
    after, again = deepcopy(state), Reading()
    assert read_source(RULE, state, [told.record for told in log], None, again) is None
    assert again == Reading()
    assert state == after


def test_a_gap_stops_the_reading_until_it_is_confirmed() -> None:
    state, reading = new_partition("live", 3), Reading()
    records = [_record(3, 1), _record(7, 2)]
    gap = read_source(RULE, state, records, None, reading)
    assert gap == Gap(state.feed, 4, 7)
    assert (state.next_offset, state.counts.gaps, len(reading.candidates)) == (4, 0, 1)
    assert read_source(RULE, state, records, Gap(state.feed, 4, 6), reading) == gap
    assert read_source(RULE, state, records, gap, reading) is None
    assert (state.next_offset, state.counts.gaps, len(reading.candidates)) == (8, 3, 2)


def test_a_newer_version_stops_the_reading() -> None:
    state = new_partition("live", 0)
    newer = _record(0, 1, message_of(usage_event(1, NOW_MS))._replace(value=b'{"schema_version": 2}'))
    with pytest.raises(UnknownSchemaVersionError):
        read_source(RULE, state, [newer], None, Reading())


def test_dead_letters_keep_the_id_of_an_event() -> None:
    state, reading = new_partition("live", 0), Reading()
    old = usage_event(1, NOW_MS - 8 * 86_400_000)
    read_source(RULE, state, [_record(0, 1, message_of(old))], None, reading)
    assert [(letter.reason, letter.event_id) for letter in reading.dead_letters] == [("too_old", old.id)]


def _record(offset: int, number: int, message: Message | None = None) -> Record:
    key, value, headers = message or message_of(usage_event(number, NOW_MS))
    return Record(Feed("source", "live", 0), offset, key, value, headers, NOW_MS)
