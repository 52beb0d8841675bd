"""The recorded partitions: registered when a topic is first seen, advanced with each batch, never without its rows."""

from collections.abc import Collection, Iterable
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tollbook_schemas.judge import PartitionTime
from tollbook_schemas.rollups import Mark, OpenScope, Scope
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.batches import Partition
from tollbook_sinks.partitions import ChangelogPartition, Counts, LogId, SourcePartition
from tollbook_sinks.queries import load_queries
from tollbook_sinks.records import SIDES, Feed

_SQL = load_queries("partitions.sql")
_COUNTS = tuple(Counts.__dataclass_fields__)


def read_partitions(connection: Connection[Any]) -> dict[Feed, Partition]:
    """Every recorded partition, as the last committed batch left it."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found: list[Partition] = [_source(row) for row in cursor.execute(_SQL["source_partitions"])]
        found += [changelog_of(row) for row in cursor.execute(_SQL["changelog_partitions"])]
    return {partition.feed: partition for partition in found}


class RecordedPartitions:
    """See Recorded."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def read(self) -> dict[Feed, Partition]:
        """See Recorded."""
        return read_partitions(self._connection)

    def register(self, found: Iterable[tuple[Feed, LogId, int]]) -> None:
        """See Recorded."""
        register(self._connection, found)

    def skip_to(self, partition: Partition, low: int) -> None:
        """See Recorded."""
        skip_to(self._connection, partition, low)


def register(connection: Connection[Any], found: Iterable[tuple[Feed, LogId, int]]) -> None:
    """Record partitions that are new: each with its log and the low watermark at which it begins. All or none."""
    with connection.transaction():
        for feed, log, low in found:
            parameters = {**_name(feed, log), "low": low}
            connection.execute(_SQL[f"register_{feed.side}"], parameters)


def skip_to(connection: Connection[Any], partition: Partition, low: int) -> None:
    """Give up what a changelog partition no longer holds, and read on at its low watermark."""
    parameters = {**_name(partition.feed, partition.log), "expected": partition.next_offset, "low": low}
    connection.execute(_SQL["skip_changelog"], parameters)
    partition.next_offset = low


def hold_offsets(connection: Connection[Any], feeds: Collection[Feed]) -> dict[Feed, int]:
    """Lock these partitions until the caller's transaction ends, always in one order; where they are recorded."""
    found: dict[Feed, int] = {}
    for side in SIDES:
        of_side = [feed for feed in feeds if feed.side == side]
        if of_side:
            lists = {"kinds": [feed.kind for feed in of_side], "partitions": [feed.partition for feed in of_side]}
            rows = connection.execute(_SQL[f"hold_{side}"], lists)
            found |= {Feed(side, kind, partition): next_offset for kind, partition, next_offset in rows}
    return found


def advance(connection: Connection[Any], partition: Partition, expected: int) -> bool:
    """Record a partition in the caller's transaction; False if another writer has moved it from `expected`."""
    own = _source_row(partition) if isinstance(partition, SourcePartition) else changelog_row(partition)
    row = {**_name(partition.feed, partition.log), **own, "expected": expected}
    return connection.execute(_SQL[f"advance_{partition.feed.side}"], row).rowcount == 1


def _name(feed: Feed, log: LogId) -> dict[str, Any]:
    return {
        "kind": feed.kind,
        "partition": feed.partition,
        "cluster_id": log.cluster_id,
        "topic_id": log.topic_id,
    }


def _source_row(source: SourcePartition) -> dict[str, Any]:
    return {
        "next_offset": source.next_offset,
        "clock_ms": source.time.clock,
        "ended": Jsonb(source.time.ended),
        **{name: getattr(source.counts, name) for name in _COUNTS},
    }


def _source(row: dict[str, Any]) -> SourcePartition:
    return SourcePartition(
        Feed("source", row["kind"], row["partition"]),
        LogId(row["cluster_id"], row["topic_id"]),
        row["next_offset"],
        PartitionTime(row["clock_ms"], row["ended"]),
    )


def changelog_row(changelog: ChangelogPartition) -> dict[str, Any]:
    """What is recorded of a changelog partition beside its name."""
    mark = changelog.mark
    return {
        "next_offset": changelog.next_offset,
        "through": mark.through,
        "clock_ms": mark.clock,
        "open": Jsonb({str(scope): [entry.events, entry.first_offset] for scope, entry in mark.open.items()}),
        "ended": Jsonb(dict(mark.ended)),
        "floor_ms": mark.floor,
        "bad": changelog.bad,
    }


def changelog_of(row: dict[str, Any]) -> ChangelogPartition:
    """A changelog partition from its row: `kind`, `partition`, the log's ids, and the columns of `changelog_row`."""
    kind: StreamKind = row["kind"]
    scopes = {_scope(kind, name): OpenScope(*entry) for name, entry in row["open"].items()}
    return ChangelogPartition(
        Feed("changelog", kind, row["partition"]),
        LogId(row["cluster_id"], row["topic_id"]),
        row["next_offset"],
        Mark(row["through"], row["clock_ms"], scopes, row["ended"], row["floor_ms"]),
        row["bad"],
    )


def _scope(kind: StreamKind, name: str) -> Scope:
    return int(name) if kind == "live" else name
