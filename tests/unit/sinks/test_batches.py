"""A batch: sources before changelogs, and only what this sink owns."""

from support.sink_changelog import encode_statement, rollup_key
from support.sink_events import message_of, usage_event
from support.sink_logs import LOG_ID, NOW_MS
from tollbook_schemas.measures import MEASURES
from tollbook_schemas.rollups import RollupValue
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.batches import Partition, make_batch
from tollbook_sinks.partitions import ChangelogPartition, SourcePartition
from tollbook_sinks.records import Feed, Record

RULE = WindowRule()
SOURCE, CHANGELOG = Feed("source", "live", 0), Feed("changelog", "live", 0)
KEY = rollup_key(0, RULE.start(NOW_MS), "p1")


def known() -> dict[Feed, Partition]:
    return {SOURCE: SourcePartition(SOURCE, LOG_ID, 0), CHANGELOG: ChangelogPartition(CHANGELOG, LOG_ID, 0)}


def source_record(offset: int) -> Record:
    key, value, headers = message_of(usage_event(offset, NOW_MS))
    return Record(SOURCE, offset, key, value, headers, NOW_MS)


def total_record(offset: int, applied: int) -> Record:
    total = RollupValue(applied, (applied + 1, *(0 for _ in MEASURES[1:])))
    return Record(CHANGELOG, offset, *encode_statement(0, (KEY, total)), [], NOW_MS)


def test_a_total_waits_for_its_source() -> None:
    partitions = known()
    batch = make_batch(RULE, partitions, {CHANGELOG: [total_record(0, 0)]})
    assert not batch.has_work
    assert batch.held == {CHANGELOG: [total_record(0, 0)]}


def test_a_source_in_the_same_batch_is_read_first() -> None:
    batch = make_batch(RULE, known(), {CHANGELOG: [total_record(0, 0)], SOURCE: [source_record(0)]})
    assert batch.has_work
    assert batch.held == {}
    assert [total.applied for total in batch.statements.totals.values()] == [0]
    assert batch.windows == {("live", RULE.start(NOW_MS))}


def test_a_total_whose_source_another_sink_reads_does_not_wait() -> None:
    partitions = known()
    del partitions[SOURCE]
    batch = make_batch(RULE, partitions, {CHANGELOG: [total_record(0, 0)]})
    assert batch.changelogs[CHANGELOG].next_offset == 1


def test_records_of_partitions_that_are_not_owned_are_left_alone() -> None:
    batch = make_batch(RULE, {}, {SOURCE: [source_record(0)]})
    assert not batch.has_work
    assert batch.sources == {}


def test_the_known_partitions_stay_as_they_are_until_the_batch_is_written() -> None:
    partitions = known()
    batch = make_batch(RULE, partitions, {SOURCE: [source_record(0)]})
    assert partitions == known()
    assert batch.expected == {SOURCE: 0}
    assert batch.sources[SOURCE].next_offset == 1
