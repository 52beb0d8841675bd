"""Bills stay fast as tables grow: plans use the scope's index and leave out days and tables that cannot matter."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from support.billing_events import usage_event
from support.billing_plans import index_of, scans
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import PostgresServer

FIRST = datetime(2026, 4, 1, tzinfo=UTC)
DAYS = 6
HALF = {("live", FIRST + timedelta(hours=hour)) for hour in range(DAYS * 12)}
TOTALLED = ("project", "workspace", "collection", "template")
"""Scopes that have totals; test_bill_reads.py says how these are read."""


@pytest.fixture(scope="module")
def connection(postgres: PostgresServer) -> Iterator[Connection[Any]]:
    """Six days of usage of 60 projects and such and 1440 sessions; half of the windows are compacted."""
    records = []
    for number in range(DAYS * 24 * 10):
        name = str(number % 60)
        scopes = {f"{scope}_id": f"{scope[0]}{name}" for scope in TOTALLED}
        scopes |= {"session_id": f"s{number}", "operation_id": f"o{number}"}
        event = usage_event(FIRST + timedelta(minutes=6 * number), number, prompt_tokens=1, **scopes)
        records.append(Recorded(event, number, "late" if number % 3 else "on_time"))
    with postgres.database() as database, connect(database.owner) as made:
        with made.transaction():
            write_usage(made, records, compacted=HALF)
        made.execute("ANALYZE")
        yield made


def _days(nodes: list[dict[str, Any]]) -> set[str]:
    names = {node["Relation Name"] for node in nodes}
    return {name.removeprefix("llm_usage_events_") for name in names if name.startswith("llm_usage_events")}


@pytest.mark.parametrize("scope", TOTALLED)
def test_events_of_a_range_are_found_by_index_in_its_days(connection: Connection[Any], scope: str) -> None:
    nodes = scans(connection, f"get_usage_events('{scope}', '{scope[0]}7', '2026-04-02Z', '2026-04-04Z')")
    ledger = [node for node in nodes if node["Relation Name"].startswith("llm_usage_events")]
    assert _days(nodes) == {"20260402", "20260403"}
    assert {index_of(connection, node) for node in ledger} == {f"llm_usage_events_{scope}"}


def test_a_later_page_of_events_leaves_out_the_days_before_it(connection: Connection[Any]) -> None:
    page = "p_after => llm_first_id('2026-04-05 12:00Z')"
    nodes = scans(connection, f"get_usage_events('session', 's300', '2026-04-02Z', '2026-04-07Z', {page})")
    assert _days([node for node in nodes if node.get("Scan Direction") == "Backward"]) == {"20260405", "20260406"}


@pytest.mark.parametrize("scope", ["project", "collection", "template"])
def test_refreshes_are_found_by_index(connection: Connection[Any], scope: str) -> None:
    nodes = scans(connection, f"llm_refresh_calls('{scope}', '{scope[0]}7', NULL, NULL, NULL, '1 hour')")
    used = {(node["Relation Name"][:16], index_of(connection, node)) for node in nodes}
    assert ("llm_operation_us", f"llm_operation_usage_{scope}") in used
    assert {index for table, index in used if table == "llm_usage_events"} <= {
        "llm_usage_events_created_at",  # of one window each, in which few rows of the scope are
        f"llm_usage_events_{scope}",
    }
