"""What one transaction does to the tables, in which order, and when it must not happen. No SQL: `Tables` writes it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from tollbook_schemas.rollups import RollupKey, RollupValue
from tollbook_sinks.batches import Batch, Partition
from tollbook_sinks.errors import PartitionLostError
from tollbook_sinks.expired import refuse_expired
from tollbook_sinks.identity import Adjustment, Place, Window, late_for_compacted, settle
from tollbook_sinks.reading import LIVE, Candidate, DeadLetter
from tollbook_sinks.records import Feed

Total = tuple[RollupKey, RollupValue]


class ImportEnd(NamedTuple):
    """An import's end was read in a partition, or folded there, at this clock (ms)."""

    side: Literal["ledger", "rollup"]
    import_id: str
    partition: int
    clock_ms: int


class Held(NamedTuple):
    """Of the windows held: the compacted ones, and those whose day has left the ledger."""

    compacted: Collection[Window] = ()
    expired: Collection[Window] = ()


class Tables(Protocol):
    """The tables, inside one transaction."""

    def hold_offsets(self, feeds: Collection[Feed]) -> Mapping[Feed, int]:
        """Keep other writers from moving these partitions until the end; returns where they are recorded."""

    def hold_windows(self, windows: Collection[Window]) -> Held:
        """Open those that are new; keep all from changing state, and their days from expiring, until the end."""

    def insert_events(self, candidates: Collection[Candidate]) -> dict[Place, bytes]:
        """Insert what is new; for each candidate that was not, the content digest of the row that has its id."""

    def insert_adjustments(self, adjustments: Sequence[Adjustment]) -> None: ...

    def insert_dead_letters(self, letters: Sequence[DeadLetter]) -> None: ...

    def upsert_totals(self, totals: Sequence[Total]) -> None:
        """Replace each key's total by one of a higher `applied`."""

    def insert_import_ends(self, ends: Sequence[ImportEnd]) -> None:
        """Record ends that are not recorded yet."""

    def advance(self, partition: Partition, expected: int) -> bool:
        """Record a partition as it is now; False, and nothing done, unless it was recorded at `expected`."""


def write(tables: Tables, batch: Batch) -> None:
    """Write everything and move the offsets.

    Raises PartitionLostError, upon which the transaction must be rolled back, if another writer moved one of them.
    """
    _refuse_lost(tables, batch)
    windows = batch.windows
    held = tables.hold_windows(windows) if windows else Held()
    _write_events(tables, batch, held)
    tables.upsert_totals(
        [(key, value) for key, value in batch.statements.totals.items() if _window(key) not in held.compacted]
    )
    tables.insert_import_ends(list(_ends(batch)))
    for feed, partition in batch.moved.items():
        if not tables.advance(partition, batch.expected[feed]):
            raise _lost(feed, batch.expected[feed])


def _refuse_lost(tables: Tables, batch: Batch) -> None:
    """First of all: what another sink has written already would clash with it row by row."""
    recorded = tables.hold_offsets(batch.moved.keys())
    for feed in batch.moved:
        if recorded.get(feed) != batch.expected[feed]:
            raise _lost(feed, batch.expected[feed])


def _write_events(tables: Tables, batch: Batch, held: Held) -> None:
    counts = {feed: source.counts for feed, source in batch.sources.items()}
    refused = refuse_expired(late_for_compacted(batch.reading.candidates, held.compacted), held.expired, counts)
    first_digests = tables.insert_events(refused.kept) if refused.kept else {}
    settled = settle(refused.kept, first_digests, counts)
    tables.insert_adjustments([*settled.adjustments, *refused.adjustments])
    tables.insert_dead_letters([*batch.reading.dead_letters, *settled.conflicts, *refused.letters])


def _window(key: RollupKey) -> Window:
    return key.import_id or LIVE, key.window_ms


def _ends(batch: Batch) -> Iterable[ImportEnd]:
    for end in batch.reading.ends:
        yield ImportEnd("ledger", end.import_id, end.partition, end.clock_ms)
    for feed, changelog in batch.changelogs.items():
        for import_id, clock_ms in changelog.mark.ended.items():
            yield ImportEnd("rollup", import_id, feed.partition, clock_ms)


def _lost(feed: Feed, expected: int) -> PartitionLostError:
    return PartitionLostError(
        f"{feed.side} {feed.kind}/{feed.partition} is no longer at offset {expected}: another sink reads it now, "
        "and this one reads its offsets again"
    )
