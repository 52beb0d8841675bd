"""A tenant's answers are those of a database in which nobody else ever was."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import Connection, errors, sql

from support.postgres import Database, PostgresServer
from support.roles import become, login, map_tenant, name_of, tenant
from support.tenancy import (
    MINE,
    OTHERS,
    ask,
    calls_for_tenants,
    fill,
    relations_for_tenants,
)

EVERYTHING = "SELECT DISTINCT workspace_id FROM llm_usage_events"
CARELESS_VIEW = f"CREATE VIEW careless AS {EVERYTHING}"
CARELESS_FUNCTION = f"""
CREATE FUNCTION careless() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC {EVERYTHING}; END;
CREATE VIEW careless AS SELECT * FROM careless() AS workspace_id
"""  # noqa: S608  # of the test itself
ONLY_MINE = [(MINE,)]
BOTH = [(MINE,), (OTHERS,)]
FORBIDDEN = (
    "SELECT FROM llm_usage_events_20260402",
    "SELECT FROM llm_dead_letters",
    "SELECT FROM llm_source_partitions",
    "SELECT FROM llm_changelog_partitions",
    "SELECT FROM llm_import_ends",
    "SELECT FROM llm_replay_partials",
    "SELECT FROM llm_admin_actions",
    "SELECT differences FROM llm_windows",
    "SELECT sums FROM llm_windows",
    "SELECT by_workspace FROM llm_cost_corrections",
    "SELECT why FROM llm_pricing",
    "INSERT INTO llm_usage_events DEFAULT VALUES",
    "UPDATE llm_usage_rollups SET events = 0",
    "DELETE FROM llm_usage_partials",
    "TRUNCATE llm_usage_adjustments",
    "INSERT INTO llm_tenants (role_name, workspace_id) VALUES (current_user, 'w2')",
    "UPDATE llm_tenants SET workspace_id = 'w2'",
    "DELETE FROM llm_tenants",
    "SELECT ensure_ledger_day('2026-04-09')",
    "SELECT * FROM hold_llm_windows('{live}', '{2026-04-02 12:00Z}')",
    "CREATE TABLE public.mine ()",
    "ALTER TABLE llm_usage_events DISABLE ROW LEVEL SECURITY",
    "DROP POLICY tenants ON llm_usage_events",
    "SET ROLE tollbook_reader",
    "SET ROLE tollbook_owner",
    "SET SESSION AUTHORIZATION tollbook_reader",
    "GRANT tollbook_reader TO CURRENT_USER",
    "SET row_security = off; SELECT FROM llm_usage_events",
)


class Shared(NamedTuple):
    """Databases with both workspaces and with one alone, and a login that is the same tenant in both."""

    both: Database
    alone: Database
    tenant: str


@pytest.fixture(scope="module")
def shared(postgres: PostgresServer) -> Iterator[Shared]:
    with ExitStack() as stack:
        both, alone = (stack.enter_context(postgres.database()) for _ in range(2))
        fill(both, MINE, OTHERS)
        fill(alone, MINE)
        stack.enter_context(tenant(both, OTHERS))
        dsn = stack.enter_context(tenant(both, MINE))
        map_tenant(alone, dsn, MINE)
        yield Shared(both, alone, dsn)


@pytest.fixture
def mine(shared: Shared) -> Iterator[Connection[Any]]:
    """A tenant among others."""
    with psycopg.connect(shared.tenant, autocommit=True) as connection:
        yield connection


def test_every_table_view_and_function_answers_as_if_nobody_else_were_there(
    shared: Shared, mine: Connection[Any]
) -> None:
    statements = relations_for_tenants(mine) + calls_for_tenants(mine)
    with (
        psycopg.connect(psycopg.conninfo.make_conninfo(shared.tenant, dbname=shared.alone.name)) as alone,
        psycopg.connect(shared.both.superuser) as everything,
    ):
        alone.autocommit = everything.autocommit = True
        told_apart = 0
        for statement in statements:
            seen = ask(mine, statement)
            assert seen == ask(alone, statement), statement
            assert "permission denied" not in seen.error, statement
            told_apart += seen != ask(everything, statement)
    assert told_apart > len(statements) / 2  # else there was nothing to hide


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_tenant_is_refused(mine: Connection[Any], statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.InvalidParameterValue)):
        mine.execute(statement.encode())
    mine.execute("RESET row_security")
    assert mine.execute(EVERYTHING).fetchall() == ONLY_MINE


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE tollbook_tenant",
        "SET tollbook.workspace_id = 'w2'",
        "SET search_path = pg_temp, public",
        "CREATE TEMP TABLE llm_tenants AS SELECT session_user AS role_name, 'w2' AS workspace_id",
        "SET plan_cache_mode = force_generic_plan",
    ],
)
def test_nothing_that_a_tenant_may_set_shows_it_more(mine: Connection[Any], statement: str) -> None:
    mine.execute(statement.encode())
    assert mine.execute(EVERYTHING).fetchall() == ONLY_MINE
    assert mine.execute("SELECT DISTINCT workspace_id FROM get_usage_charges('all', NULL)").fetchall() == ONLY_MINE


def test_a_function_of_the_tenants_own_meets_only_its_rows(mine: Connection[Any]) -> None:
    told: list[str] = []
    mine.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
    mine.execute(
        "CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
        " $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
    )
    for table in ("llm_usage_events", "llm_usage_totals", "llm_usage_rollups", "llm_session_usage"):
        mine.execute(f"SELECT FROM {table} WHERE pg_temp.tell(workspace_id)".encode())
    assert set(told) == {MINE}
    # An error that another's row would raise is not raised.
    mine.execute("SELECT FROM llm_usage_events WHERE 1 / (workspace_id = 'w1')::integer = 1")


def test_statistics_and_copies_show_no_more(shared: Shared, mine: Connection[Any]) -> None:
    with psycopg.connect(shared.both.owner, autocommit=True) as owner:
        owner.execute("ANALYZE")
    assert mine.execute("SELECT tablename FROM pg_stats WHERE attname = 'workspace_id'").fetchall() == []
    with mine.cursor() as cursor, cursor.copy("COPY (SELECT workspace_id FROM llm_usage_events) TO STDOUT") as copy:
        assert {bytes(row) for row in copy} == {f"{MINE}\n".encode()}


@pytest.mark.parametrize("careless", [CARELESS_VIEW, CARELESS_FUNCTION], ids=["view", "function"])
def test_what_runs_with_the_owners_rights_by_mistake_shows_a_tenant_nothing(
    shared: Shared, mine: Connection[Any], careless: str
) -> None:
    with psycopg.connect(shared.both.owner, autocommit=True) as owner:
        owner.execute(careless.encode())
        owner.execute("GRANT SELECT ON careless TO PUBLIC")
        try:
            assert sorted(owner.execute("SELECT * FROM careless")) == BOTH
            assert mine.execute("SELECT * FROM careless").fetchall() == []
        finally:
            owner.execute("DROP VIEW careless")
            owner.execute("DROP FUNCTION IF EXISTS careless()")


def test_a_tenant_that_no_workspace_is_mapped_to_sees_nothing(shared: Shared) -> None:
    with (
        login(shared.both, "tollbook_tenant") as dsn,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        assert connection.execute(EVERYTHING).fetchall() == []
        assert connection.execute("SELECT count(*) FROM llm_usage_totals").fetchone() == (0,)


def test_a_pools_login_speaks_for_the_tenant_whose_role_it_sets_and_a_tenant_only_for_itself(shared: Shared) -> None:
    with tenant(shared.both, OTHERS) as other, login(shared.both, name_of(shared.tenant), name_of(other)) as pool:
        with psycopg.connect(pool, autocommit=True) as connection:
            assert connection.execute(EVERYTHING).fetchall() == []
            become(connection, name_of(shared.tenant))
            assert connection.execute(EVERYTHING).fetchall() == ONLY_MINE
            become(connection, name_of(other))
            assert connection.execute(EVERYTHING).fetchall() == [(OTHERS,)]
        with psycopg.connect(shared.both.superuser, autocommit=True) as superuser:
            names = [sql.Identifier(name_of(dsn)) for dsn in (other, shared.tenant)]
            superuser.execute(sql.SQL("GRANT {} TO {}").format(*names))
        with psycopg.connect(shared.tenant, autocommit=True) as connection:
            become(connection, name_of(other))
            assert connection.execute(EVERYTHING).fetchall() == ONLY_MINE


@pytest.mark.parametrize("group", ["tollbook_reader", "tollbook_admin", "tollbook_owner", "pg_read_all_data"])
def test_a_role_that_sees_everything_anyway_cannot_be_made_a_tenant(shared: Shared, group: str) -> None:
    with login(shared.both, group) as dsn, pytest.raises(errors.InvalidRoleSpecification, match="sees every workspace"):
        map_tenant(shared.both, dsn, MINE)


def test_a_role_that_is_not_there_cannot_be_made_a_tenant(shared: Shared) -> None:
    with pytest.raises(errors.UndefinedObject, match="there is no role nobody_of_ours"):
        map_tenant(shared.both, "user=nobody_of_ours", MINE)
