"""The sink and COPY, each timed over the same rows."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from signal import SIGTERM

import psycopg

from benchmarks.sink.databases import QUERIES, Database
from benchmarks.sink.filling import Filled
from tollbook_cli.environment import settings_environment
from tollbook_schemas import Settings

LONGEST_SECONDS = 600.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.05
"""Rarely enough to leave the machine to the sink, as COPY has it, and often enough to time seconds."""
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Rows:
    """The ledger's rows in COPY's binary format, in the order in which they came, and the days that they are of."""

    data: list[bytes]
    days: list[date]
    count: int


def sink_rate(settings: Settings, database: Database, filled: Filled) -> float:
    """Records a second, from the first batch in Postgres to the last.

    Raises SystemExit if the sink ends, takes too long or leaves anything else than it should.
    """
    wanted = (filled.records, filled.statements)
    with psycopg.connect(database.superuser, autocommit=True) as connection, _running_sink(settings, database) as sink:
        deadline = time.monotonic() + LONGEST_SECONDS
        first: tuple[float, int] | None = None
        while (found := _progress(connection)) != wanted:
            now = time.perf_counter()
            if first is None and found[0]:
                first = now, found[0]
            if sink.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the sink came to {found} of {wanted} (records, statements) and no further")
            time.sleep(LOOK_SECONDS)
        end = time.perf_counter()
        _check(connection, filled)
    if first is None:
        raise SystemExit("the sink wrote all in one batch: use more events")
    return (filled.records - first[1]) / (end - first[0])


def rows_of(database: Database) -> Rows:
    """What the sink left in the ledger."""
    with psycopg.connect(database.superuser) as connection, connection.cursor() as cursor:
        days = [day for (day,) in cursor.execute(QUERIES["days"])]
        with cursor.copy(QUERIES["rows_out"]) as copy:
            blocks = [bytes(block) for block in copy]
        data = b"".join(blocks)
        return Rows([data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES)], days, cursor.rowcount)


def copy_rate(database: Database, rows: Rows) -> float:
    """Rows a second, in one transaction, the commit included."""
    with psycopg.connect(database.superuser) as connection:  # who may COPY whatever the rows' security is
        for day in rows.days:
            connection.execute(QUERIES["ensure_day"], {"day": day})
        connection.commit()
        start = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(QUERIES["rows_in"]) as copy:
            for chunk in rows.data:
                copy.write(chunk)
        connection.commit()
        return rows.count / (time.perf_counter() - start)


@contextmanager
def _running_sink(settings: Settings, database: Database) -> Iterator[subprocess.Popen[bytes]]:
    own = settings.model_copy(update={"postgres": database.sink})
    environment = {**os.environ, **settings_environment(own)}
    with subprocess.Popen([sys.executable, "-m", "tollbook_cli", "sink"], env=environment) as sink:
        try:
            yield sink
        finally:
            sink.send_signal(SIGTERM)
            try:
                sink.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                sink.kill()


def _progress(connection: psycopg.Connection) -> tuple[int, int]:
    found = connection.execute(QUERIES["progress"]).fetchone()
    assert found is not None
    return found[0], found[1]


def _check(connection: psycopg.Connection, filled: Filled) -> None:
    found = connection.execute(QUERIES["counts"]).fetchone()
    wanted = (filled.records - filled.repetitions, filled.repetitions, filled.records, 0)
    if found != wanted:
        raise SystemExit(f"the sink left {found} (ledger, adjustments, folded, dead letters) instead of {wanted}")
