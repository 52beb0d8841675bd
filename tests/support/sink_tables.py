"""Writes records to Postgres by the sink's own steps, without Kafka: a log, read and written in batches."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psycopg import Connection

from support.sink_changelog import Statement, encode_statement
from support.sink_events import Message, message_of
from support.sink_logs import LOG_ID, NOW_MS
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.topics import STREAM_KINDS, StreamKind
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.batches import Batch, make_batch
from tollbook_sinks.offsets import read_partitions, register
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.writing import ensure_days, write_batch

RULE = WindowRule()
FEEDS = [
    Feed(side, kind, partition) for side in ("source", "changelog") for kind in STREAM_KINDS for partition in (0, 1)
]


@dataclass(slots=True)
class Tables:
    """A connection as the sink's role, two partitions of each topic, and the log that is written to them."""

    connection: Connection[Any]
    days: set[date] = field(default_factory=set)
    _offsets: defaultdict[Feed, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        register(self.connection, [(feed, LOG_ID, 0) for feed in FEEDS])

    def event(self, event: UsageEvent, import_id: str | None = None, partition: int = 0) -> Record:
        """The next record of a source partition: an event."""
        return self.record("live" if import_id is None else "import", message_of(event, import_id), partition)

    def record(self, kind: StreamKind, message: Message, partition: int = 0, appended_ms: int = NOW_MS) -> Record:
        """The next record of a source partition."""
        return self._next(Feed("source", kind, partition), message, appended_ms)

    def statement(self, kind: StreamKind, statement: Statement, partition: int = 0) -> Record:
        """The next record of a changelog partition."""
        message = Message(*encode_statement(partition, statement), [])
        return self._next(Feed("changelog", kind, partition), message, NOW_MS)

    def batch(self, records: Iterable[Record]) -> Batch:
        """The batch of these records, beginning where Postgres is."""
        by_feed: defaultdict[Feed, list[Record]] = defaultdict(list)
        for record in records:
            by_feed[record.feed].append(record)
        known = read_partitions(self.connection)
        return make_batch(RULE, known, by_feed)

    def write(self, *records: Record) -> None:
        """Write these records as one batch."""
        batch = self.batch(records)
        ensure_days(self.connection, batch, self.days)
        write_batch(self.connection, batch)

    def _next(self, feed: Feed, message: Message, appended_ms: int) -> Record:
        offset = self._offsets[feed]
        self._offsets[feed] += 1
        return Record(feed, offset, message.key, message.value, message.headers, appended_ms)
