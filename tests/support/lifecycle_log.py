"""A log and a processor of few lines, in front of the sink's own code and real tables."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from tollbook_schemas import (
    PartitionTime,
    UsageEvent,
    WindowRule,
    decode,
    dimensions_of,
    encode_event,
    judge,
    measures_of,
)
from tollbook_schemas.codec import DecodedEvent
from tollbook_schemas.measures import ZERO, add
from tollbook_schemas.rollups import (
    Mark,
    OpenScope,
    RollupKey,
    RollupValue,
    Scope,
    encode_mark,
    encode_value,
    mark_key,
)
from tollbook_schemas.topics import END_KEY, IMPORT_HEADER, TICK_KEY, StreamKind
from tollbook_sinks.batches import make_batch
from tollbook_sinks.offsets import read_partitions, register
from tollbook_sinks.partitions import LogId
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.writing import ensure_days, write_batch

LOG = LogId("cluster", "topic")


@dataclass
class Fold:
    """What the processor knows of one partition."""

    next_offset: int = 0
    time: PartitionTime = field(default_factory=PartitionTime)
    totals: dict[RollupKey, RollupValue] = field(default_factory=dict)
    open: dict[Scope, OpenScope] = field(default_factory=dict)


class TinyLog:
    """Partitions of a source topic and its changelog. What is appended reaches Postgres with `sink`."""

    def __init__(self, connection: Connection[Any], rule: WindowRule, partitions: int = 2) -> None:
        self.connection = connection
        self.rule = rule
        self.partitions = range(partitions)
        self._folds: dict[Feed, Fold] = defaultdict(Fold)
        self._pending: dict[Feed, list[Record]] = defaultdict(list)
        self._changelog_offsets: dict[Feed, int] = defaultdict(int)
        kinds: tuple[StreamKind, ...] = ("live", "import")
        feeds = [
            Feed(side, kind, number) for side in ("source", "changelog") for kind in kinds for number in self.partitions
        ]
        register(connection, [(feed, LOG, 0) for feed in feeds])

    def event(self, event: UsageEvent, at: int, partition: int = 0, import_id: str | None = None) -> int:
        """Append an event at that broker time (ms); returns its offset."""
        return self._append(*encode_event(event), at, partition, import_id)

    def tick(self, at: int, *partitions: int) -> None:
        """Append a tick to the given live partitions, or to all."""
        for partition in partitions or self.partitions:
            self._append(TICK_KEY, b"", at, partition, None)

    def end(self, import_id: str, at: int, *partitions: int) -> None:
        """End an import in the given partitions, or in all."""
        for partition in partitions or self.partitions:
            self._append(END_KEY, b"", at, partition, import_id)

    def garbage(self, at: int, partition: int = 0) -> None:
        """Append a record that is no event."""
        self._append(b"key", b"no JSON", at, partition, None)

    def sink(self, *, ledger: bool = True, rollups: bool = True) -> None:
        """Hand what was appended to the sink: source records, totals and marks, in one transaction."""
        sources = {feed: records for feed, records in self._pending.items() if ledger}
        changes = {feed: list(self._changes(feed)) for feed in self._sources()} if rollups else {}
        changelogs = {Feed("changelog", feed.kind, feed.partition): records for feed, records in changes.items()}
        batch = make_batch(self.rule, read_partitions(self.connection), sources | changelogs)
        ensure_days(self.connection, batch, set())
        write_batch(self.connection, batch)
        for feed in sources:
            self._pending[feed] = []

    def _sources(self) -> list[Feed]:
        return [feed for feed in self._folds if feed.side == "source"]

    def _append(self, key: bytes, value: bytes, at: int, partition: int, import_id: str | None) -> int:
        kind: StreamKind = "live" if import_id is None else "import"
        feed = Feed("source", kind, partition)
        headers = [] if import_id is None else [(IMPORT_HEADER, import_id.encode())]
        fold = self._folds[feed]
        record = Record(feed, fold.next_offset, key, value, headers, at)
        self._pending[feed].append(record)
        self._fold(fold, record)
        return record.offset

    def _fold(self, fold: Fold, record: Record) -> None:
        kind = record.feed.kind
        decoded = decode(kind, record.key, record.value, record.headers)
        outcome = judge(self.rule, kind, fold.time, decoded, record.appended_ms).outcome
        if isinstance(decoded, DecodedEvent) and outcome == "on_time":
            start = self.rule.start(decoded.event.created_ms)
            key = RollupKey(record.feed.partition, decoded.import_id, start, dimensions_of(decoded.event))
            before = fold.totals.get(key, RollupValue(-1, ZERO))
            fold.totals[key] = RollupValue(record.offset, add(before.measures, measures_of(decoded.event)))
            scope = fold.open.get(key.scope, OpenScope(0, record.offset))
            fold.open[key.scope] = OpenScope(scope.events + 1, scope.first_offset)
        fold.next_offset = record.offset + 1

    def _changes(self, feed: Feed) -> Iterator[Record]:
        fold = self._folds[feed]
        entries = [(key.encode(), encode_value(key.encode(), value)) for key, value in fold.totals.items()]
        open_scopes = {scope: entry for scope, entry in fold.open.items() if not self._is_closed(fold, scope)}
        mark = Mark(fold.next_offset - 1, fold.time.clock, open_scopes, dict(fold.time.ended))
        entries.append((mark_key(feed.partition), encode_mark(mark_key(feed.partition), mark)))
        changelog = Feed("changelog", feed.kind, feed.partition)
        for key, value in entries:
            yield Record(changelog, self._changelog_offsets[feed], key, value, [], fold.time.clock)
            self._changelog_offsets[feed] += 1

    def _is_closed(self, fold: Fold, scope: Scope) -> bool:
        if isinstance(scope, str):
            return scope in fold.time.ended
        return self.rule.is_closed(scope, fold.time.clock)
