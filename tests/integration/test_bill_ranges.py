"""Questions that the windows cannot answer are refused, however the question is planned."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from support.billing_events import usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing import (
    BillingSchemaError,
    UsageRangeError,
    UsageStatement,
    project_usage,
    session_usage,
    workspace_usage,
)

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
HALF_PAST = NOON + timedelta(minutes=30)
Ask = Callable[..., UsageStatement]
ASK: tuple[Ask, ...] = (project_usage, session_usage, workspace_usage)


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize(("start", "end"), [(HALF_PAST, None), (None, HALF_PAST), (NOON, NOON + timedelta(seconds=1))])
def test_a_bound_inside_a_window_is_refused(
    database: Database, ask: Ask, start: datetime | None, end: datetime | None
) -> None:
    with connect(database.owner) as connection, pytest.raises(UsageRangeError, match=r"window boundaries.*01:00:00"):
        ask(connection, "x", start, end)


def test_an_empty_range_is_refused(database: Database) -> None:
    with connect(database.owner) as connection, pytest.raises(UsageRangeError, match="range is empty"):
        project_usage(connection, "p1", NOON, NOON)


def test_half_hours_are_fine_where_windows_are_half_hours(database: Database) -> None:
    with connect(database.owner) as connection:
        assert project_usage(connection, "p1", HALF_PAST, window=timedelta(minutes=30)).lines == ()


def test_the_end_is_exclusive_and_the_start_is_not(database: Database) -> None:
    hours = [NOON + timedelta(hours=hour) for hour in range(3)]
    records = [Recorded(usage_event(at, 0, session_id="s1"), number) for number, at in enumerate(hours)]
    with connect(database.owner) as connection:
        write_usage(connection, records, compacted={("live", hours[0])})
        for ask, name in zip(ASK, ("p1", "s1", "w1"), strict=True):
            assert [window.start for window in ask(connection, name, hours[0], hours[1]).windows] == hours[:1]
            assert [window.start for window in ask(connection, name, hours[1], None).windows] == hours[1:]
            assert [window.start for window in ask(connection, name, None, hours[2]).windows] == hours[:2]


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("call", "sqlstate"),
    [
        ("get_project_usage('p', '2026-01-01 00:30Z')", "22023"),
        ("get_session_usage('s', NULL, '2026-01-01 00:30Z')", "22023"),
        ("get_workspace_usage('w', '2026-01-02Z', '2026-01-01Z')", "22023"),
        ("get_usage('team', 't')", "22023"),
        ("get_usage(NULL, 't')", "22023"),
        ("get_project_usage(NULL)", "22004"),
        ("get_project_usage('p', p_window => '0 s')", "22023"),
        ("get_usage_windows('project', 'p', '2026-01-01 00:30Z')", "22023"),
        ("get_usage_adjustments('project', 'p', '2026-01-01 00:30Z')", "22023"),
    ],
)
def test_every_function_refuses_by_sqlstate(database: Database, plan: str, call: str, sqlstate: str) -> None:
    with connect(database.owner) as connection:
        connection.execute("SELECT set_config('plan_cache_mode', %s, false)", [plan])
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(f"SELECT * FROM {call}".encode())  # noqa: S608  # the parameters above
    assert refused.value.sqlstate == sqlstate


def test_a_prepared_question_refuses_too(database: Database) -> None:
    with connect(database.owner) as connection:
        connection.execute("SET plan_cache_mode = 'force_generic_plan'")
        connection.execute("PREPARE q (timestamptz) AS SELECT * FROM get_project_usage('p', $1)")
        assert connection.execute("EXECUTE q ('2026-01-01Z')").fetchall() == []
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            connection.execute("EXECUTE q ('2026-01-01 00:30Z')")


def test_a_database_without_the_functions_says_what_to_do(database: Database) -> None:
    with connect(database.owner) as connection:
        connection.execute("DROP FUNCTION get_usage CASCADE")
        with pytest.raises(BillingSchemaError, match="apply the migrations"):
            project_usage(connection, "p1")
