"""Row-level security costs a tenant no index and no pruning of days, and other roles nothing at all."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.billing_events import usage_event
from support.billing_plans import index_of, scans
from support.billing_rows import Recorded, write_usage
from support.postgres import Database, PostgresServer
from support.roles import login, tenant

FIRST = datetime(2026, 4, 1, tzinfo=UTC)
DAYS = 4
HALF = {("live", FIRST + timedelta(hours=hour)) for hour in range(DAYS * 12)}
TOTALS = ("llm_usage_rollups", "llm_usage_partials", "llm_usage_adjustments")


@pytest.fixture(scope="module")
def shared(postgres: PostgresServer) -> Iterator[Database]:
    """Four days of 60 workspaces; half of the windows are compacted."""
    records = []
    for number in range(DAYS * 24 * 10):
        scopes = {"project_id": f"p{number % 60}", "workspace_id": f"w{number % 60}", "session_id": f"s{number}"}
        event = usage_event(FIRST + timedelta(minutes=6 * number), number, prompt_tokens=1, **scopes)
        records.append(Recorded(event, number, "late" if number % 3 else "on_time"))
    with postgres.database() as made:
        with psycopg.connect(made.owner) as owner:
            write_usage(owner, records, compacted=HALF)
            owner.execute("ANALYZE")
        yield made


@pytest.fixture(scope="module")
def held(shared: Database) -> Iterator[Connection[Any]]:
    """The tenant of one of them. So few rows are cheaper to read whole: what counts is which index can be used."""
    with tenant(shared, "w7") as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off")
        yield connection


def used(connection: Connection[Any], call: str) -> dict[str, str]:
    """The index that each table of totals, and each day of the ledger, is read by."""
    nodes = scans(connection, call)
    found = {node["Relation Name"]: index_of(connection, node) for node in nodes}
    days = {name: index for name, index in found.items() if name.startswith("llm_usage_events")}
    return days | {name: index for name, index in found.items() if name in TOTALS[:2]}


@pytest.mark.parametrize(("scope", "name"), [("project", "p7"), ("workspace", "w7")])
def test_totals_are_read_by_index_and_without_the_ledger(held: Connection[Any], scope: str, name: str) -> None:
    found = used(held, f"llm_usage_rows('{scope}', '{name}', '2026-04-02Z', '2026-04-04Z', NULL, '1 hour')")
    assert found["llm_usage_rollups"] in ("llm_usage_rollups_project", "llm_usage_rollups_workspace")
    assert all(found.values())
    assert not any(table.startswith("llm_usage_events") for table in found)


def test_a_session_is_read_by_index_in_the_days_of_the_range(held: Connection[Any]) -> None:
    found = used(held, "llm_usage_rows('session', 's7', '2026-04-02Z', '2026-04-03Z', NULL, '1 hour')")
    days = {table: index for table, index in found.items() if table.startswith("llm_usage_events")}
    assert list(days) == ["llm_usage_events_20260402"]
    assert set(days.values()) <= {"llm_usage_events_session", "llm_usage_events_workspace"}


def test_a_day_of_the_ledger_is_read_by_the_tenants_index(held: Connection[Any]) -> None:
    found = used(held, "llm_usage_events WHERE created_at >= '2026-04-02Z' AND created_at < '2026-04-03Z'")
    assert found == {"llm_usage_events_20260402": "llm_usage_events_workspace"}


@pytest.mark.parametrize("group", ["tollbook_sink", "tollbook_maintainer", "tollbook_reader", "tollbook_admin"])
def test_the_plans_of_services_are_those_without_row_level_security(shared: Database, group: str) -> None:
    """Their policies are constants, which the planner leaves out: none of them appears in a plan."""
    reads = "EXPLAIN SELECT FROM llm_usage_events WHERE id = '019d4a1e-0000-7000-8000-000000000000'"
    writes = "EXPLAIN INSERT INTO llm_usage_adjustments SELECT * FROM llm_usage_adjustments"
    with (
        login(shared, group) as dsn,
        psycopg.connect(dsn, autocommit=True) as connection,
        psycopg.connect(shared.superuser, autocommit=True) as superuser,
    ):
        assert connection.execute(reads.encode()).fetchall() == superuser.execute(reads.encode()).fetchall()
        if group == "tollbook_admin":
            assert connection.execute(writes.encode()).fetchall() == superuser.execute(writes.encode()).fetchall()
