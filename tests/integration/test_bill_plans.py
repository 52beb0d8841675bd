"""Bills stay fast as tables grow: plans use the scope's index and leave out days and tables that cannot matter."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from support.billing_events import usage_event
from support.billing_plans import index_of, scans
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database

FIRST = datetime(2026, 4, 1, tzinfo=UTC)
DAYS = 6
HALF = {("live", FIRST + timedelta(hours=hour)) for hour in range(DAYS * 12)}
HELD = ("llm_usage_partials", "llm_usage_partials_pkey")
"""Whether a total holds what a correction takes back: one row by its key."""
BIG = ("llm_usage_rollups", "llm_usage_partials", "llm_usage_adjustments", "llm_session_usage")


@pytest.fixture
def connection(database: Database) -> Iterator[Connection[Any]]:
    """Six days of usage of 60 projects and workspaces and 1440 sessions; half of the windows are compacted."""
    records = []
    for number in range(DAYS * 24 * 10):
        name = str(number % 60)
        scopes = {"project_id": f"p{name}", "workspace_id": f"w{name}", "session_id": f"s{number}"}
        event = usage_event(FIRST + timedelta(minutes=6 * number), number, prompt_tokens=1, **scopes)
        records.append(Recorded(event, number, "late" if number % 3 else "on_time"))
    with connect(database.owner) as made:
        with made.transaction():
            write_usage(made, records, compacted=HALF)
        made.execute("ANALYZE")
        yield made


def _days(nodes: list[dict[str, Any]]) -> set[str]:
    names = {node["Relation Name"] for node in nodes}
    return {name.removeprefix("llm_usage_events_") for name in names if name.startswith("llm_usage_events")}


def _used(connection: Connection[Any], nodes: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Which index each scan of a big table uses."""
    return {(node["Relation Name"], index_of(connection, node)) for node in nodes if node["Relation Name"] in BIG}


@pytest.mark.parametrize(("scope", "name"), [("project", "p7"), ("workspace", "w7")])
def test_a_project_or_workspace_is_found_by_index_and_needs_no_ledger(
    connection: Connection[Any], scope: str, name: str
) -> None:
    nodes = scans(connection, f"get_{scope}_usage('{name}', '2026-04-02Z', '2026-04-05Z')")
    tables = ("llm_usage_rollups", "llm_usage_partials", "llm_usage_adjustments")
    assert _used(connection, nodes) == {HELD, *((table, f"{table}_{scope}") for table in tables)}
    assert _days(nodes) == set()


def test_a_session_is_found_by_index_in_the_days_of_the_range(connection: Connection[Any]) -> None:
    nodes = scans(connection, "get_session_usage('s300', '2026-04-02Z', '2026-04-03Z')")
    ledger = [node for node in nodes if node["Relation Name"].startswith("llm_usage_events")]
    assert _days(nodes) == {"20260402"}
    assert {index_of(connection, node) for node in ledger} == {"llm_usage_events_session"}
    assert _used(connection, nodes) == {
        HELD,
        ("llm_session_usage", "llm_session_usage_pkey"),
        ("llm_usage_adjustments", "llm_usage_adjustments_session"),
    }


def test_a_session_of_all_time_still_uses_its_index_on_each_day(connection: Connection[Any]) -> None:
    nodes = scans(connection, "get_session_usage('s7')")
    ledger = [node for node in nodes if node["Relation Name"].startswith("llm_usage_events")]
    assert len(_days(nodes)) == DAYS
    assert {index_of(connection, node) for node in ledger} == {"llm_usage_events_session"}


@pytest.mark.parametrize("function", ["get_usage_windows", "get_usage_adjustments"])
def test_the_confidence_of_a_project_is_found_by_index_too(connection: Connection[Any], function: str) -> None:
    nodes = scans(connection, f"{function}('project', 'p7', '2026-04-02Z', '2026-04-05Z')")
    used = _used(connection, nodes) - {HELD}
    assert all(index == f"{table}_project" for table, index in used)
    assert "llm_usage_adjustments" in dict(used)
    assert _days(nodes) == set()
