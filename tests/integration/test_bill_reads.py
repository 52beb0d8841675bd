"""What the questions of every day really read: few rows, by index, whatever else is in the tables."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from support.billing_events import usage_event
from support.billing_plans import read_by
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import PostgresServer

FIRST = datetime(2026, 4, 1, tzinfo=UTC)
DAYS = 6
HALF = {("live", FIRST + timedelta(hours=hour)) for hour in range(DAYS * 12)}
TOTALLED = ("project", "workspace", "collection", "template")
OPEN = ("llm_usage_partials", "llm_usage_adjustments")
TOTALS = ("llm_usage_rollups", "llm_daily_usage", "llm_monthly_usage", *OPEN)
HELD = "llm_usage_partials_pkey"
"""Whether a total holds what a correction takes back: one row by its key."""


@pytest.fixture(scope="module")
def connection(postgres: PostgresServer) -> Iterator[Connection[Any]]:
    """Six days of usage of 60 projects and such and 1440 sessions; the windows of three days are compacted."""
    records = []
    for number in range(DAYS * 24 * 10):
        scopes = {f"{scope}_id": f"{scope[0]}{number % 60}" for scope in TOTALLED}
        scopes |= {"session_id": f"s{number}", "operation_id": f"o{number}"}
        event = usage_event(FIRST + timedelta(minutes=6 * number), number, prompt_tokens=1, **scopes)
        records.append(Recorded(event, number, "late" if number % 3 else "on_time"))
    with postgres.database() as database, connect(database.owner) as made:
        with made.transaction():
            write_usage(made, records, compacted=HALF)
        made.execute("ANALYZE")
        made.execute("SET enable_seqscan = off")  # so few rows are cheaper to read whole
        yield made


def _days(read: dict[str, set[str]]) -> dict[str, set[str]]:
    """The days of the ledger that were read, with the indexes used."""
    prefix = "llm_usage_events_"
    return {table.removeprefix(prefix): used for table, used in read.items() if table.startswith(prefix)}


def _totals(read: dict[str, set[str]]) -> dict[str, set[str]]:
    """The tables of totals that were read, with the indexes used."""
    return {table: used - {HELD} for table, used in read.items() if table in TOTALS}


def _by_index(scope: str, *tables: str) -> dict[str, set[str]]:
    return {table: {f"{table}_{scope}"} for table in (*tables, *OPEN)}


@pytest.mark.parametrize("scope", TOTALLED)
@pytest.mark.parametrize(
    ("start", "end", "tables"),
    [
        ("2026-04-01Z", "2026-05-01Z", ["llm_monthly_usage"]),
        ("2026-04-02Z", "2026-04-05Z", ["llm_daily_usage"]),
        ("2026-04-01 07:00Z", "2026-04-01 09:00Z", ["llm_usage_rollups"]),
        ("2026-03-01Z", "2026-04-02 07:00Z", ["llm_monthly_usage", "llm_daily_usage", "llm_usage_rollups"]),
    ],
)
def test_a_range_is_read_by_index_in_the_longest_totals_that_fit(
    connection: Connection[Any], scope: str, start: str, end: str, tables: list[str]
) -> None:
    read = read_by(connection, f"get_{scope}_usage('{scope[0]}7', '{start}', '{end}')")
    assert _totals(read) == _by_index(scope, *tables)
    assert _days(read) == {}


@pytest.mark.parametrize("scope", ["session", "operation"])
def test_sessions_and_operations_need_only_days_that_have_windows_not_compacted(
    connection: Connection[Any], scope: str
) -> None:
    read = read_by(connection, f"get_{scope}_usage('{scope[0]}300')")
    assert set(_days(read)) == {"20260404", "20260405", "20260406"}
    assert read[f"llm_{scope}_usage"] == {f"llm_{scope}_usage_pkey"}
    assert _totals(read) == {"llm_usage_adjustments": {f"llm_usage_adjustments_{scope}"}}


@pytest.mark.parametrize(("day", "days"), [(2, set()), (5, {"20260405"})])
def test_a_session_is_looked_up_by_index_in_the_days_of_the_range(
    connection: Connection[Any], day: int, days: set[str]
) -> None:
    read = read_by(connection, f"get_session_usage('s300', '2026-04-0{day}Z', '2026-04-0{day + 1}Z')")
    assert _days(read) == {one: {"llm_usage_events_session"} for one in days}


@pytest.mark.parametrize("function", ["get_usage_windows", "get_usage_adjustments"])
@pytest.mark.parametrize("scope", TOTALLED)
def test_the_confidence_of_a_range_is_found_by_index_too(
    connection: Connection[Any], function: str, scope: str
) -> None:
    read = read_by(connection, f"{function}('{scope}', '{scope[0]}7', '2026-04-02Z', '2026-04-05Z')")
    tables = TOTALS[:1] + OPEN if function == "get_usage_windows" else OPEN[1:]
    assert _totals(read) == {table: {f"{table}_{scope}"} for table in tables}
    assert _days(read) == {}


@pytest.mark.parametrize("scope", ["session", "operation"])
def test_the_windows_of_a_session_need_no_day_whose_windows_are_all_compacted(
    connection: Connection[Any], scope: str
) -> None:
    read = read_by(connection, f"get_usage_windows('{scope}', '{scope[0]}300')")
    assert set(_days(read)) == {"20260404", "20260405", "20260406"}
    assert read[f"llm_{scope}_usage"] == {f"llm_{scope}_usage_pkey"}
