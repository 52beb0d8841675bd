"""Postgres as sink and maintainer see it: rows, primary keys, and transactions that happen whole or not at all."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, dataclass, field, replace
from typing import TypeVar

from simulation.rules import require
from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import Measures
from tollbook_schemas.rollups import RollupValue
from tollbook_sinks.batches import Partition
from tollbook_sinks.identity import Adjustment, Place, Window, place
from tollbook_sinks.partitions import ChangelogPartition, Counts, LogId, SourcePartition
from tollbook_sinks.reading import LIVE, Candidate, DeadLetter
from tollbook_sinks.records import Feed
from tollbook_sinks.tables import Held, ImportEnd, Total

Key = TypeVar("Key")
Row = TypeVar("Row")
PartialKey = tuple[str, int, int, Dimensions]
"""Stream, window, source partition, dimensions."""
FinalKey = tuple[str, int, Dimensions]


@dataclass(slots=True)
class Rows:
    """Everything committed. Rows themselves are never changed, only replaced."""

    ledger: dict[str, Candidate] = field(default_factory=dict)
    adjustments: dict[tuple[Feed, int, str], Adjustment] = field(default_factory=dict)
    dead_letters: dict[Place, DeadLetter] = field(default_factory=dict)
    partials: dict[PartialKey, RollupValue] = field(default_factory=dict)
    rollups: dict[FinalKey, Measures] = field(default_factory=dict)
    windows: dict[Window, str] = field(default_factory=dict)
    import_ends: dict[tuple[str, str, int], int] = field(default_factory=dict)
    partitions: dict[Feed, Partition] = field(default_factory=dict)
    first_offsets: dict[Feed, int] = field(default_factory=dict)

    def copy(self) -> "Rows":
        """A snapshot."""
        return Rows(*(dict(getattr(self, name)) for name in self.__slots__))


@dataclass(slots=True)
class Database:
    """The committed rows."""

    rows: Rows = field(default_factory=Rows)

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """A copy to work on, which becomes the rows unless something is raised."""
        rows = self.rows.copy()
        yield rows
        self.rows = rows


@dataclass(slots=True)
class SinkTables:
    """See tollbook_sinks.tables.Tables. `before` is called before each statement: a place to die."""

    rows: Rows
    before: Callable[[], None]

    def hold_offsets(self, feeds: Collection[Feed]) -> Mapping[Feed, int]:
        self.before()
        return {feed: self.rows.partitions[feed].next_offset for feed in feeds}

    def hold_windows(self, windows: Collection[Window]) -> Held:
        self.before()
        for window in windows:
            self.rows.windows.setdefault(window, "open")
        return Held(compacted={window for window in windows if self.rows.windows[window] == "compacted"})

    def insert_events(self, candidates: Collection[Candidate]) -> dict[Place, bytes]:
        self.before()
        refused: dict[Place, bytes] = {}
        in_order = sorted(candidates, key=lambda row: (str(row.event.id), row.stream != LIVE, *_place(row)))
        for row in in_order:
            first = self.rows.ledger.setdefault(str(row.event.id), row)
            if first is not row:
                refused[place(row)] = first.digest
        return refused

    def insert_adjustments(self, adjustments: Sequence[Adjustment]) -> None:
        self.before()
        for entry in adjustments:
            feed, offset = place(entry.candidate)
            _insert(self.rows.adjustments, (feed, offset, entry.reason), entry)

    def insert_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        self.before()
        for letter in letters:
            _insert(self.rows.dead_letters, (letter.record.feed, letter.record.offset), letter)

    def upsert_totals(self, totals: Sequence[Total]) -> None:
        self.before()
        for key, value in totals:
            row = (key.import_id or LIVE, key.window_ms, key.partition, key.dimensions)
            known = self.rows.partials.get(row)
            if known is None or value.applied > known.applied:
                self.rows.partials[row] = value

    def insert_import_ends(self, ends: Sequence[ImportEnd]) -> None:
        self.before()
        for end in ends:
            self.rows.import_ends.setdefault((end.import_id, end.side, end.partition), end.clock_ms)

    def advance(self, partition: Partition, expected: int) -> bool:
        self.before()
        if self.rows.partitions[partition.feed].next_offset != expected:
            return False
        self.rows.partitions[partition.feed] = advanced(self.rows.partitions[partition.feed], partition)
        self._check(self.rows.partitions[partition.feed])
        return True

    def _check(self, partition: Partition) -> None:
        """The table's constraint: every offset is accounted for."""
        if isinstance(partition, SourcePartition):
            consumed = partition.next_offset - self.rows.first_offsets[partition.feed]
            require(consumed == partition.counts.consumed, "offsets without an account", partition)


def advanced(recorded: Partition, partition: Partition) -> Partition:
    """The row of a partition as it is now: what a batch counted is added to what was counted before."""
    if not (isinstance(partition, SourcePartition) and isinstance(recorded, SourcePartition)):
        return partition.for_batch()
    before, of_batch = asdict(recorded.counts), asdict(partition.counts)
    return replace(partition.for_batch(), counts=Counts(**{name: before[name] + of_batch[name] for name in before}))


@dataclass(slots=True)
class RecordedPartitions:
    """See tollbook_sinks.ports.Recorded."""

    database: Database

    def read(self) -> dict[Feed, Partition]:
        return {feed: partition.for_batch() for feed, partition in self.database.rows.partitions.items()}

    def register(self, found: Iterable[tuple[Feed, LogId, int]]) -> None:
        with self.database.transaction() as rows:
            for feed, log, low in found:
                made = SourcePartition if feed.side == "source" else ChangelogPartition
                rows.partitions.setdefault(feed, made(feed, log, low))
                rows.first_offsets.setdefault(feed, low)

    def skip_to(self, partition: Partition, low: int) -> None:
        with self.database.transaction() as rows:
            if rows.partitions[partition.feed].next_offset == partition.next_offset:
                changed = copy(rows.partitions[partition.feed])
                changed.next_offset = low
                rows.partitions[partition.feed] = changed
        partition.next_offset = low


def _place(row: Candidate) -> tuple[int, int]:
    return row.record.feed.partition, row.record.offset


def _insert(rows: dict[Key, Row], key: Key, row: Row) -> None:
    require(key not in rows, "a primary key is taken", key)
    rows[key] = row
