"""Everything that leads to usage is held by row-level security: what is added without it is found here."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.postgres import PostgresServer

WITHOUT_USAGE = {
    "llm_windows": {"stream", "window_start", "state", "opened_at", "closed_at", "compacted_at", "proven"},
    "llm_window_width": {"only_row", "width", "recorded_at"},
    "llm_expired_days": {"day", "dropped_at", "restored_at"},
    "llm_product_figures": {"scope", "figure", "use_case", "nth"},
}
"""What tenants may read though its rows are nobody's: these columns, none of which says how much anybody used."""
CALLABLE_DEFINERS = ("get_range_state",)
"""It counts windows by state, of everybody together: no usage."""
DEFINERS = (
    "ensure_ledger_day",
    "open_ledger_day",
    "hold_llm_windows",
    "record_budget_alerts",
    "llm_sum_up_periods",
    "llm_sum_up_periods_anew",
    *CALLABLE_DEFINERS,
)
ENTERED = "workspace_id text, usage bigint"
HELD = f"""
CREATE TABLE more ({ENTERED}); ALTER TABLE more ENABLE ROW LEVEL SECURITY; ALTER TABLE more FORCE ROW LEVEL SECURITY;
GRANT SELECT ON more TO tollbook_tenant;
"""
TO_TENANTS = "CREATE POLICY tenants ON more FOR SELECT TO tollbook_tenant USING"
FAULTS = {
    f"CREATE TABLE more ({ENTERED})": ["more has rows of workspaces and no forced row-level security"],
    f"CREATE TABLE more ({ENTERED}); ALTER TABLE more ENABLE ROW LEVEL SECURITY": [
        "more has rows of workspaces and no forced row-level security"
    ],
    f"{HELD}": [],
    f"{HELD} {TO_TENANTS} (workspace_id = (SELECT llm_tenant_workspace()))": [],
    f"{HELD} {TO_TENANTS} (true)": ["more has a policy for tenants that does not ask for their workspace"],
    f"{HELD} CREATE POLICY everybody ON more USING (true)": ["more has a policy for everybody"],
    f"{HELD} GRANT INSERT (usage) ON more TO tollbook_tenant": ["more can be written by tenants"],
    "CREATE TABLE more (usage bigint); GRANT SELECT (usage) ON more TO PUBLIC": [
        "more can be read by tenants and does not say whose each row is"
    ],
    "CREATE TABLE llm_more (usage bigint)": [
        "llm_more is not readable by tollbook_admin",
        "llm_more is not readable by tollbook_reader",
    ],
    "CREATE SCHEMA other; CREATE TABLE other.more AS TABLE llm_usage_rollups": [
        "more has rows of workspaces and no forced row-level security"
    ],
    "CREATE VIEW more AS SELECT * FROM llm_usage_events": [
        "more shows what its owner may see, not what who asks may see"
    ],
    "CREATE MATERIALIZED VIEW more AS SELECT FROM llm_usage_events; GRANT SELECT ON more TO tollbook_tenant": [
        "more is a partition or a copy, which no policy holds, and tenants may read it"
    ],
    "SELECT ensure_ledger_day('2026-04-01'); GRANT SELECT ON llm_usage_events_20260401 TO tollbook_tenant": [
        "llm_usage_events_20260401 is a partition or a copy, which no policy holds, and tenants may read it",
        "llm_usage_events_20260401 is a partition that others than the sink have rights on",
    ],
    "CREATE FUNCTION more() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN (SELECT count(*) FROM llm_windows)": [
        "more runs with its owner's rights",
        "more runs with its owner's rights, and finds objects where its caller says",
        "more runs with its owner's rights, and tenants may call it",
    ],
    "GRANT EXECUTE ON FUNCTION ensure_ledger_day TO tollbook_tenant": [
        "ensure_ledger_day runs with its owner's rights, and tenants may call it"
    ],
}


@pytest.fixture(scope="module")
def owner(postgres: PostgresServer) -> Iterator[Connection[Any]]:
    """Works as the owner of the tables."""
    with postgres.database() as made, psycopg.connect(made.owner, autocommit=True) as connection:
        yield connection


def faults(connection: Connection[Any]) -> list[str]:
    """What is not held."""
    query = files("support").joinpath("reachable.sql").read_bytes()
    allowed = {"allowed_tables": WITHOUT_USAGE, "definers": DEFINERS, "callable_definers": CALLABLE_DEFINERS}
    lists = {name: list(names) for name, names in allowed.items()}
    return [fault for (fault,) in connection.execute(query, lists)]


def test_everything_is_held(owner: Connection[Any]) -> None:
    assert faults(owner) == []


@pytest.mark.parametrize(("added", "found"), FAULTS.items(), ids=range(len(FAULTS)))
def test_what_is_added_without_it_is_found(owner: Connection[Any], added: str, found: list[str]) -> None:
    before = faults(owner)
    with owner.transaction(force_rollback=True):
        owner.execute(added.encode())
        assert [fault for fault in faults(owner) if fault not in before] == found


@pytest.mark.parametrize(("table", "columns"), WITHOUT_USAGE.items())
def test_of_what_is_nobodys_tenants_read_no_figures(owner: Connection[Any], table: str, columns: set[str]) -> None:
    readable = owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege('tollbook_tenant', attrelid, attnum, 'SELECT')",
        [table],
    )
    assert {name for (name,) in readable} <= columns
