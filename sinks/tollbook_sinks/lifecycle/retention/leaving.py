"""How a day leaves the ledger: recorded as expired, archived, detached, dropped. Each step can be repeated.

A run that is killed anywhere leaves one of these behind, and the next run goes on from there; the record and the
catalogue say where. Nothing here waits long for a lock, and nothing that a sink does waits for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from typing import Any

from psycopg import Connection, sql

from tollbook_schemas.windows import WindowRule
from tollbook_sinks.lifecycle.retention.decision import DayVerdict, RetentionRule, decide
from tollbook_sinks.lifecycle.retention.facts import QUERIES, day_range, read_clocks, read_facts
from tollbook_sinks.queries import split_queries

LOCK_TIMEOUT = "2s"
_MOVES = dict(split_queries(files("tollbook_sinks").joinpath("sql", "ledger_days.sql").read_text(encoding="utf-8")))


class BusyDayError(Exception):
    """Another session keeps the day from expiring just now; the message says who."""


def table_of(day: date) -> str:
    """The name of a day's table."""
    return f"llm_usage_events_{day:%Y%m%d}"


@contextmanager
def bounded_waits(connection: Connection[Any]) -> Iterator[None]:
    """No statement in the block waits longer than LOCK_TIMEOUT for a lock: it fails, and the next pass tries again."""
    connection.execute(QUERIES["bound_waits"], {"lock_timeout": LOCK_TIMEOUT})
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(QUERIES["bound_waits"], {"lock_timeout": "0"})


def expire(connection: Connection[Any], rule: RetentionRule, windows: WindowRule, day: date) -> DayVerdict:
    """Look at a day once more, alone with it, and record it as expired if it goes: nothing is written into it again.

    Raises BusyDayError where a sink is writing into the day or an administrator's action is under way.
    """
    with connection.transaction():
        connection.execute(QUERIES["see_what_is_committed"])
        if not _asked(connection, "try_lock_administration"):
            raise BusyDayError("an administrator's action is under way")
        if not _asked(connection, "try_lock_day", day=day):
            raise BusyDayError("a sink is writing into it")
        verdict = decide(rule, read_clocks(connection), read_facts(connection, windows, day))
        if verdict.goes:
            connection.execute(QUERIES["record_expiry"], {"day": day})
            connection.execute(QUERIES["record_expired_offsets"], day_range(day))
    return verdict


def drop(connection: Connection[Any], day: date) -> None:
    """Detach the day's table, wherever that stands, and drop it.

    Raises psycopg.errors.LockNotAvailable where somebody reads the day for longer than LOCK_TIMEOUT.
    """
    place = place_of(connection, day)
    if place == "attached":
        detach(connection, day)
    elif place == "leaving":
        finish_detach(connection, day)
    drop_table(connection, day)


def place_of(connection: Connection[Any], day: date) -> str | None:
    """`attached`, `leaving` (a detach was broken off), `alone`, or None where the day has no table."""
    row = connection.execute(QUERIES["place_of_day"], {"name": table_of(day)}).fetchone()
    return None if row is None else str(row[0])


def detach(connection: Connection[Any], day: date) -> None:
    """Take the day out of the ledger; in two transactions, the first of which cannot be taken back."""
    connection.execute(_move("detach", day))


def finish_detach(connection: Connection[Any], day: date) -> None:
    """Take up a detach that was broken off between its two transactions."""
    connection.execute(_move("finish_detach", day))


def drop_table(connection: Connection[Any], day: date) -> None:
    """Drop the detached table, if it is still there, and record that."""
    with connection.transaction():
        if place_of(connection, day) is not None:
            connection.execute(_move("drop", day))
        connection.execute(QUERIES["record_drop"], {"day": day})


def _move(name: str, day: date) -> sql.Composed:
    return sql.SQL(_MOVES[name]).format(day=sql.Identifier(table_of(day)))


def _asked(connection: Connection[Any], query: str, **parameters: object) -> bool:
    row = connection.execute(QUERIES[query], parameters).fetchone()
    return bool(row and row[0])
