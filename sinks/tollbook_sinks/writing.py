"""Writes a batch in one transaction: rows and offsets together, or nothing (architecture.md 17)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.errors import UniqueViolation
from psycopg.types.json import set_json_dumps

from tollbook_schemas.ids import datetime_to_ms, ms_to_datetime
from tollbook_sinks.batches import Batch, Partition
from tollbook_sinks.content import Row
from tollbook_sinks.identity import Adjustment, Place, Window, in_order, tell_apart
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
from tollbook_sinks.tables import Held, ImportEnd, Total, write

_LEDGER = load_queries("ledger.sql", ledger=columns(LEDGER_COLUMNS), adjustments=columns(ADJUSTMENT_COLUMNS))
_WINDOWS = load_queries("windows.sql")
_DAY_MS = 86_400_000
_PARTIALS = load_queries(
    "partials.sql",
    partials=columns(PARTIAL_COLUMNS),
    stated=columns(STATED_COLUMNS),
    stated_excluded=columns(STATED_COLUMNS, of="excluded"),
)


def ensure_days(connection: Connection[Any], batch: Batch, known: set[date]) -> None:
    """Open the ledger's days that the batch needs for the sink, each in a transaction of its own.

    The maintainer makes them ahead; those of imports, and those of a maintainer that is away, are made here. `known`
    is added to.
    """
    days = {_day(number) for number in {_day_number(candidate) for candidate in batch.reading.candidates}}
    for day in sorted(days - known):
        connection.execute(_LEDGER["open_ledger_day"], {"day": day})
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

    def hold_windows(self, windows: Collection[Window]) -> Held:
        """See Tables."""
        lists = {
            "streams": [stream for stream, _ in windows],
            "starts": [ms_to_datetime(start_ms) for _, start_ms in windows],
        }
        self._connection.execute(_WINDOWS["open_windows"], lists)
        rows = self._connection.execute(_WINDOWS["hold_windows"], lists).fetchall()
        return Held(
            compacted={(stream, datetime_to_ms(start)) for stream, start, compacted, _ in rows if compacted},
            expired={(stream, datetime_to_ms(start)) for stream, start, _, expired in rows if expired},
        )

    def insert_events(self, candidates: Collection[Candidate]) -> dict[Place, bytes]:
        """See Tables."""
        ordered = in_order(candidates)
        while True:
            fresh, refused = tell_apart(ordered, self._first_digests(ordered))
            try:
                with self._connection.transaction():
                    for day, of_day in groupby(fresh, _day_number):
                        self._copy_events(day, of_day)
            except UniqueViolation:  # another sink has committed one of these ids since: look again
                continue
            return refused

    def insert_adjustments(self, adjustments: Sequence[Adjustment]) -> None:
        """See Tables."""
        if adjustments:
            self._copy(_LEDGER["copy_adjustments"], [adjustment_row(entry) for entry in adjustments])
            self._connection.execute(_LEDGER["insert_adjustments"])

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

    def _first_digests(self, candidates: Collection[Candidate]) -> dict[UUID, bytes]:
        """The arrays as texts of their own: psycopg takes ten times as long to make one of uuids or of times."""
        keys = [candidate.record.key or b"" for candidate in candidates]  # an event's key is its id as text
        times = [str(candidate.event.created_ms) for candidate in candidates]
        wanted = {"ids": f"{{{b','.join(keys).decode()}}}", "times_ms": f"{{{','.join(times)}}}"}
        return dict(self._connection.execute(_LEDGER["first_digests"], wanted, binary=True))

    def _copy_events(self, day: int, candidates: Iterable[Candidate]) -> None:
        """Straight into the ledger, which takes two thirds of the time of a staging table and ON CONFLICT.

        Binary: half of the time that text takes here, and a quarter less in Postgres.
        """
        with self._connection.cursor() as cursor:
            set_json_dumps(bytes, cursor)  # a row holds JSON already
            cursor.execute(_LEDGER["event_types"])
            types = [column.type_code for column in cursor.description or ()]
            with cursor.copy(_of_day(day)["copy_events"]) as copy:
                copy.set_types(types)
                for candidate in candidates:
                    copy.write_row(ledger_row(candidate))

    def _copy(self, statement: sql.Composed, rows: list[Row]) -> None:
        if rows:
            with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)


def _day_number(candidate: Candidate) -> int:
    """Days since 1970, in UTC."""
    return candidate.event.created_ms // _DAY_MS


def _day(number: int) -> date:
    return ms_to_datetime(number * _DAY_MS).date()


@lru_cache(maxsize=64)
def _of_day(number: int) -> Mapping[str, sql.Composed]:
    table = sql.Identifier(f"llm_usage_events_{_day(number):%Y%m%d}")
    return load_queries("ledger_day.sql", table=table, ledger=columns(LEDGER_COLUMNS))
