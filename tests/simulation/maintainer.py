"""The maintainer's rows. The comparison is SQL in the product; here it is said again in Python, and an integration test
holds the two together."""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from simulation.rules import RULE
from simulation.tables import Database, Rows
from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import MEASURES, ZERO, Measures, add, measures_of
from tollbook_sinks.lifecycle.closing import Progress, closable
from tollbook_sinks.lifecycle.compaction import Verdict, prove
from tollbook_sinks.lifecycle.comparison import Comparison, Difference, Side
from tollbook_sinks.lifecycle.progress import progress_of
from tollbook_sinks.lifecycle.windows import Window
from tollbook_sinks.partitions import ChangelogPartition, SourcePartition
from tollbook_sinks.records import Feed

Sums = dict[Dimensions, Measures]


class PostponedError(Exception):
    """A sink rewrote a partial while the window was compared: Postgres fails the transaction."""


@dataclass(slots=True)
class WindowTables:
    """See tollbook_sinks.lifecycle.compaction.WindowTables: a snapshot that is committed at the end.

    `meanwhile` is called between the comparison and the lock: what others commit there is not seen, and must survive.
    """

    database: Database
    snapshot: Rows
    meanwhile: Callable[[], None]
    finals: Sums = field(default_factory=dict)

    def state(self, window: Window) -> str | None:
        return self.snapshot.windows.get(window)

    def compare(self, window: Window) -> Comparison:
        return compare(self.snapshot, window)

    def write_totals(self, window: Window) -> None:
        finals: defaultdict[Dimensions, Measures] = defaultdict(lambda: ZERO)
        for (stream, start, _, dimensions), value in self.snapshot.partials.items():
            if (stream, start) == window:
                finals[dimensions] = add(finals[dimensions], value.measures)
        self.finals = dict(finals)

    def lock(self, window: Window) -> None:  # noqa: ARG002 - the protocol's
        self.meanwhile()

    def delete_partials(self, window: Window) -> None:
        now = _partials(self.database.rows, window)
        if any(now.get(key) is not value for key, value in _partials(self.snapshot, window).items()):
            raise PostponedError

    def write_verdict(self, verdict: Verdict) -> None:
        window = verdict.window
        with self.database.transaction() as rows:
            rows.windows[window] = verdict.state
            if verdict.state == "compacted":
                for key in _partials(self.snapshot, window):
                    del rows.partials[key]
                rows.rollups.update({(*window, dimensions): total for dimensions, total in self.finals.items()})


def close_windows(database: Database) -> list[Window]:
    """Close what can be closed."""
    opened = [Window(*window) for window, state in database.rows.windows.items() if state == "open"]
    closed = closable(RULE, opened, progress(database.rows))
    with database.transaction() as rows:
        rows.windows.update(dict.fromkeys(closed, "closed"))
    return closed


def compact(database: Database, window: Window, meanwhile: Callable[[], None]) -> Verdict | None:
    """Compare a window and write what it is; None if that is left to the next pass."""
    try:
        return prove(WindowTables(database, database.rows, meanwhile), window)
    except PostponedError:
        return None


def progress(rows: Rows) -> list[Progress]:
    """The query `progress`, a full join of both sides' partitions."""
    ends: defaultdict[tuple[int, str], frozenset[str]] = defaultdict(frozenset)
    for import_id, side, partition in rows.import_ends:
        ends[partition, side] |= {import_id}
    found: dict[Feed, dict[str, object]] = {}
    for feed, read in rows.partitions.items():
        row = found.setdefault(
            feed.source,
            {"kind": feed.kind, "partition": feed.partition, "ledger_clock": None, "rollup_clock": None, "open": None},
        )
        if isinstance(read, SourcePartition):
            row["ledger_clock"] = read.time.clock
        elif isinstance(read, ChangelogPartition):
            row["rollup_clock"] = read.mark.clock
            row["open"] = [str(scope) for scope in read.mark.open]
    return [progress_of(row, ends) for row in found.values()]


def compare(rows: Rows, window: Window) -> Comparison:
    """The query `compare_window`: on-time ledger rows against gross totals and what was taken back from them."""
    ledger, rollup = _ledger_sums(rows, window), _rollup_sums(rows, window)
    differing = [
        Difference(dimensions, name, of_ledger, of_rollup)
        for dimensions in sorted(ledger.keys() | rollup.keys(), key=str)
        for name, of_ledger, of_rollup in zip(
            MEASURES, ledger.get(dimensions, ZERO), rollup.get(dimensions, ZERO), strict=True
        )
        if of_ledger != of_rollup
    ]
    return Comparison(_side(ledger), _side(rollup), tuple(differing), len(differing))


def _ledger_sums(rows: Rows, window: Window) -> Sums:
    sums: defaultdict[Dimensions, Measures] = defaultdict(lambda: ZERO)
    for row in rows.ledger.values():
        if (row.stream, row.window_ms) == window and row.on_time:
            sums[row.dimensions] = add(sums[row.dimensions], measures_of(row.event))
    return sums


def _rollup_sums(rows: Rows, window: Window) -> Sums:
    sums: defaultdict[Dimensions, Measures] = defaultdict(lambda: ZERO)
    for (stream, start, _, dimensions), value in rows.partials.items():
        if (stream, start) == window:
            sums[dimensions] = add(sums[dimensions], value.measures)
    for (stream, start, dimensions), total in rows.rollups.items():
        if (stream, start) == window:
            sums[dimensions] = add(sums[dimensions], total)
    for entry in rows.adjustments.values():
        row = entry.candidate
        if (row.stream, row.window_ms) == window and entry.reason != "late":
            sums[row.dimensions] = add(sums[row.dimensions], entry.measures)
    return sums


def _side(sums: Sums) -> Side:
    whole = ZERO
    for total in sums.values():
        whole = add(whole, total)
    present = sorted((str(dimensions), total) for dimensions, total in sums.items() if any(total))
    return Side(whole, hashlib.sha256(repr(present).encode()).digest())


def _partials(rows: Rows, window: Window) -> dict[tuple[str, int, int, Dimensions], object]:
    return {key: value for key, value in rows.partials.items() if key[:2] == window}
