"""Writes a batch in one transaction: rows and offsets together, or nothing (architecture.md 17)."""

from collections.abc import Collection, Sequence
from datetime import UTC, date
from typing import Any

from psycopg import Connection, sql
from psycopg.types.json import set_json_dumps

from tollbook_schemas.ids import datetime_to_ms, ms_to_datetime
from tollbook_sinks.batches import Batch, Partition
from tollbook_sinks.content import Row
from tollbook_sinks.identity import Adjustment, Place, Window
from tollbook_sinks.offsets import advance, hold_offsets
from tollbook_sinks.queries import columns, load_queries
from tollbook_sinks.reading import Candidate, DeadLetter
from tollbook_sinks.records import Feed
from tollbook_sinks.rows import (
    ADJUSTMENT_COLUMNS,
    LEDGER_COLUMNS,
    PARTIAL_COLUMNS,
    STATED_COLUMNS,
    adjustment_row,
    dead_letter_row,
    ledger_row,
    partial_row,
)
from tollbook_sinks.tables import ImportEnd, Total, write

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
        write(PostgresTables(connection), batch)


class PostgresTables:
    """The tables, in the transaction of a connection."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def hold_offsets(self, feeds: Collection[Feed]) -> dict[Feed, int]:
        """See Tables."""
        return hold_offsets(self._connection, feeds)

    def hold_windows(self, windows: Collection[Window]) -> frozenset[Window]:
        """See Tables."""
        lists = {
            "streams": [stream for stream, _ in windows],
            "starts": [ms_to_datetime(start_ms) for _, start_ms in windows],
        }
        self._connection.execute(_WINDOWS["open_windows"], lists)
        rows = self._connection.execute(_WINDOWS["hold_windows"], lists)
        return frozenset((stream, datetime_to_ms(start)) for stream, start in rows)

    def insert_events(self, candidates: Collection[Candidate]) -> dict[Place, bytes]:
        """See Tables."""
        self._copy_events(candidates)
        refused = self._connection.execute(_LEDGER["insert_events"]).fetchall()
        if not refused:
            return {}
        wanted = {"ids": [row[3] for row in refused], "times": [row[4] for row in refused]}
        digests = dict(self._connection.execute(_LEDGER["first_digests"], wanted).fetchall())
        return {
            (Feed("source", "live" if is_live else "import", partition), offset): digests[event_id]
            for is_live, partition, offset, event_id, _ in refused
        }

    def insert_adjustments(self, adjustments: Sequence[Adjustment]) -> None:
        """See Tables."""
        self._copy(_LEDGER["copy_adjustments"], [adjustment_row(entry) for entry in adjustments])

    def insert_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """See Tables."""
        self._copy(_LEDGER["copy_dead_letters"], [dead_letter_row(letter) for letter in letters])

    def upsert_totals(self, totals: Sequence[Total]) -> None:
        """See Tables."""
        if totals:
            self._copy(_PARTIALS["copy_partials"], [partial_row(key, value) for key, value in totals])
            self._connection.execute(_PARTIALS["upsert_partials"])

    def insert_import_ends(self, ends: Sequence[ImportEnd]) -> None:
        """See Tables."""
        for end in ends:
            self._connection.execute(_WINDOWS["insert_import_ends"], end._asdict())

    def advance(self, partition: Partition, expected: int) -> bool:
        """See Tables."""
        return advance(self._connection, partition, expected)

    def _copy_events(self, candidates: Collection[Candidate]) -> None:
        """Binary: half of the time that text takes here, and a quarter less in Postgres."""
        with self._connection.cursor() as cursor:
            set_json_dumps(str.encode, cursor)  # a row holds JSON as text
            cursor.execute(_LEDGER["event_types"])
            types = [column.type_code for column in cursor.description or ()]
            with cursor.copy(_LEDGER["copy_events"]) as copy:
                copy.set_types(types)
                for candidate in candidates:
                    copy.write_row(ledger_row(candidate))

    def _copy(self, statement: sql.Composed, rows: list[Row]) -> None:
        if rows:
            with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
