"""Fills an empty, migrated database with a ledger and what follows from it, a day at a time on each core."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import Connection, sql

from benchmarks.ledger.shape import Shape, day_start
from tollbook_sinks.lifecycle.queries import COLUMNS
from tollbook_sinks.queries import split_queries

_SQL = {
    name: sql.SQL(query)
    for name, query in split_queries(files("benchmarks.ledger").joinpath("sql", "queries.sql").read_text())
}
AT_ONCE = 2
LOADING = {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "8GB", "maintenance_work_mem": "256MB"}
"""Options of a server that is filled once and then only asked: as durable as any, with less to write meanwhile."""
CLOCK_AHEAD = timedelta(days=30)
Say = Callable[[str], None]


def fill(dsn: str, shape: Shape, final_until: datetime, say: Say) -> None:
    """Ledger, windows, totals and sessions, as sink and maintainer leave them.

    Windows before `final_until` are compacted, with session totals; later ones are closed, with partials. `dsn` is of
    the role that owns the tables.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        made = {"daily": shape.daily, "projects": shape.projects, "workspaces": shape.workspaces}
        connection.execute(_SQL["keys"], made)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for day in pool.map(lambda number: _fill_day(dsn, shape, number), range(shape.days)):
                say(f"filled {day}")
        for day in map(shape.day, range(shape.days)):  # one after the other: days share the totals of their month
            _write_totals(connection, day_start(day), final_until)
            say(f"summed up {day}")
        connection.execute(_SQL["drop_keys"])
        connection.execute("VACUUM ANALYZE")


def write_marks(connection: Connection[Any], shape: Shape) -> None:
    """The record of a log that has been read, by sink and processor, to CLOCK_AHEAD after the last call."""
    clock_ms = int((shape.end + CLOCK_AHEAD).timestamp() * 1000)
    for name in ("write_source_partition", "write_changelog_partition"):
        connection.execute(_SQL[name], {"clock_ms": clock_ms})


def copy_earlier(connection: Connection[Any], shape: Shape, times: int) -> None:
    """The totals of the largest workspace again, as often, each time as long before as the ledger is."""
    for number in range(1, times + 1):
        parameters = {"workspace": shape.largest_workspace, "start": shape.start, "end": shape.end}
        _run(connection, "copy_earlier", **parameters, days=number * shape.days)


def _fill_day(dsn: str, shape: Shape, number: int) -> date:
    day = shape.day(number)
    start, table = day_start(day), sql.Identifier(f"llm_usage_events_{day:%Y%m%d}")
    bounds = {"day": table, "start": sql.Literal(start), "end": sql.Literal(start + timedelta(days=1))}
    with psycopg.connect(dsn) as connection:  # one transaction, so that a table made in it needs no log of its rows
        connection.execute("SELECT setseed(%s)", [number / shape.days])
        connection.execute(_SQL["make_day"].format(**bounds))
        connection.execute(
            _SQL["fill_day"].format(**bounds, **COLUMNS),
            {"number": number, "events": shape.daily, "hours": shape.hours, "start": start},
        )
        connection.execute(_SQL["bound_day"].format(**bounds))
        connection.execute(_SQL["attach_day"].format(**bounds))
    return day


def _write_totals(connection: Connection[Any], start: datetime, final_until: datetime) -> None:
    end = start + timedelta(days=1)
    middle = min(max(start, final_until), end)
    with connection.transaction():
        _run(connection, "write_late", start=start, end=end)
        _run(connection, "write_windows", start=start, end=middle, state="compacted")
        _run(connection, "write_rollups", start=start, end=middle)
        _run(connection, "write_sessions", start=start, end=middle)
        _run(connection, "write_windows", start=middle, end=end, state="closed")
        _run(connection, "write_partials", start=middle, end=end)


def _run(connection: Connection[Any], name: str, **parameters: object) -> None:
    connection.execute(_SQL[name].format(**COLUMNS), parameters)
