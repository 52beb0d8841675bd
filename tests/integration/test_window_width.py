"""A database's windows have one width; whoever comes with another is refused before it can do harm."""

from datetime import timedelta

import psycopg
import pytest

from support.postgres import Database
from tollbook_schemas import Settings, WindowRule
from tollbook_sinks import WindowWidthError
from tollbook_sinks.audit import audit_database
from tollbook_sinks.lifecycle import maintain_once
from tollbook_sinks.window_width import record_width

HOURLY = WindowRule()
HALF_HOURLY = WindowRule(width_ms=1_800_000)


def test_the_first_sinks_width_holds(database: Database) -> None:
    with psycopg.connect(database.sink, autocommit=True) as connection:
        record_width(connection, HALF_HOURLY)
        record_width(connection, HALF_HOURLY)
        with pytest.raises(WindowWidthError, match="windows of 1800 seconds and TOLLBOOK_WINDOW_SECONDS says 3600"):
            record_width(connection, HOURLY)


def test_maintainer_and_audit_refuse_another_width(database: Database) -> None:
    with psycopg.connect(database.sink, autocommit=True) as connection:
        record_width(connection, HALF_HOURLY)
    with pytest.raises(WindowWidthError):
        maintain_once(database.owner, Settings(ledger_days_ahead=1))
    with pytest.raises(WindowWidthError):
        audit_database(database.owner, HOURLY)
    assert maintain_once(database.owner, Settings(window_seconds=1800, ledger_days_ahead=1)).held_by is None
    assert audit_database(database.owner, HALF_HOURLY).findings == ()


def test_bills_know_the_width(database: Database) -> None:
    with psycopg.connect(database.owner, autocommit=True) as connection:
        assert connection.execute("SELECT llm_window_width()").fetchone() == (timedelta(hours=1),)
        record_width(connection, HALF_HOURLY)
        assert connection.execute("SELECT llm_window_width()").fetchone() == (timedelta(minutes=30),)
