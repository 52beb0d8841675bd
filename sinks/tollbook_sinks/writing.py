"""Writes a batch in one transaction: rows and offsets together, or nothing (architecture.md 17)."""

from collections.abc import Collection, Iterable
from datetime import UTC, date
from typing import Any

from psycopg import Connection, sql

from tollbook_schemas.ids import datetime_to_ms, ms_to_datetime
from tollbook_schemas.rollups import RollupKey, RollupValue
from tollbook_sinks.batches import Batch
from tollbook_sinks.identity import Place, Window, late_for_compacted, settle
from tollbook_sinks.offsets import advance
from tollbook_sinks.queries import columns, load_queries
from tollbook_sinks.reading import LIVE, Candidate
from tollbook_sinks.records import Feed
from tollbook_sinks.rows import (
    ADJUSTMENT_COLUMNS,
    LEDGER_COLUMNS,
    PARTIAL_COLUMNS,
    STATED_COLUMNS,
    Row,
    adjustment_row,
    dead_letter_row,
    ledger_row,
    partial_row,
)

_LEDGER = load_queries("ledger.sql", ledger=columns(LEDGER_COLUMNS), adjustments=columns(ADJUSTMENT_COLUMNS))
_WINDOWS = load_queries("windows.sql")
_PARTIALS = load_queries(
    "partials.sql",
    partials=columns(PARTIAL_COLUMNS),
    stated=columns(STATED_COLUMNS),
    stated_excluded=columns(STATED_COLUMNS, of="excluded"),
)


def ensure_days(connection: Connection[Any], batch: Batch, known: set[date]) -> None:
    """Make the ledger's day partitions that the batch needs, each in a transaction of its own.

    The maintainer makes them ahead; this is for imports and for a maintainer that is away. `known` is added to.
    """
    days = {candidate.event.created_at.astimezone(UTC).date() for candidate in batch.reading.candidates}
    for day in sorted(days - known):
        connection.execute(_LEDGER["ensure_ledger_day"], {"day": day})
        known.add(day)


def write_batch(connection: Connection[Any], batch: Batch) -> None:
    """Write everything and move the offsets, or raise and leave the database as it was.

    Raises PartitionLostError if another writer moved one of the offsets, psycopg.Error if Postgres refuses or is away.
    """
    with connection.transaction():
        compacted = _hold_windows(connection, batch.windows)
        _write_ledger(connection, batch, compacted)
        _write_partials(connection, batch.statements.totals.items(), compacted)
        _write_import_ends(connection, batch)
        advance(connection, batch)


def _hold_windows(connection: Connection[Any], windows: Collection[Window]) -> frozenset[Window]:
    """Open the windows that are new, keep all from changing state until the transaction ends, return the compacted."""
    if not windows:
        return frozenset()
    lists = {
        "streams": [stream for stream, _ in windows],
        "starts": [ms_to_datetime(start_ms) for _, start_ms in windows],
    }
    connection.execute(_WINDOWS["open_windows"], lists)
    rows = connection.execute(_WINDOWS["hold_windows"], lists)
    return frozenset((stream, datetime_to_ms(start)) for stream, start in rows)


def _write_ledger(connection: Connection[Any], batch: Batch, compacted: Collection[Window]) -> None:
    candidates = late_for_compacted(batch.reading.candidates, compacted)
    first_digests = _insert_events(connection, candidates)
    settled = settle(candidates, first_digests, {feed: source.counts for feed, source in batch.sources.items()})
    dead_letters = [*batch.reading.dead_letters, *settled.conflicts]
    _copy(connection, _LEDGER["copy_adjustments"], [adjustment_row(entry) for entry in settled.adjustments])
    _copy(connection, _LEDGER["copy_dead_letters"], [dead_letter_row(letter) for letter in dead_letters])


def _insert_events(connection: Connection[Any], candidates: Collection[Candidate]) -> dict[Place, bytes]:
    """Insert what is new; for each candidate that was not, the content digest of the row that has its id."""
    if not candidates:
        return {}
    _copy(connection, _LEDGER["copy_events"], [ledger_row(candidate) for candidate in candidates])
    refused = connection.execute(_LEDGER["insert_events"]).fetchall()
    if not refused:
        return {}
    ids, times = [row[3] for row in refused], [row[4] for row in refused]
    digests = dict(connection.execute(_LEDGER["first_digests"], {"ids": ids, "times": times}).fetchall())
    return {
        (Feed("source", "live" if is_live else "import", partition), offset): digests[event_id]
        for is_live, partition, offset, event_id, _ in refused
    }


def _write_partials(
    connection: Connection[Any], totals: Iterable[tuple[RollupKey, RollupValue]], compacted: Collection[Window]
) -> None:
    rows = [partial_row(key, value) for key, value in totals if (key.import_id or LIVE, key.window_ms) not in compacted]
    if rows:
        _copy(connection, _PARTIALS["copy_partials"], rows)
        connection.execute(_PARTIALS["upsert_partials"])


def _write_import_ends(connection: Connection[Any], batch: Batch) -> None:
    ends = [("ledger", end.import_id, end.partition, end.clock_ms) for end in batch.reading.ends]
    for feed, changelog in batch.changelogs.items():
        ends += [("rollup", import_id, feed.partition, clock) for import_id, clock in changelog.mark.ended.items()]
    for side, import_id, partition, clock_ms in ends:
        parameters = {"side": side, "import_id": import_id, "partition": partition, "clock_ms": clock_ms}
        connection.execute(_WINDOWS["insert_import_ends"], parameters)


def _copy(connection: Connection[Any], statement: sql.Composed, rows: list[Row]) -> None:
    if rows:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
