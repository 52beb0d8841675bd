"""Each role does its work with the rights that it has, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import Connection, errors

from support.lifecycle_case import open_case
from support.postgres import Database, PostgresServer
from support.retention_case import FIRST, LATER, RETENTION, fill_days, pass_time
from support.roles import login, name_of
from tollbook_billing import project_usage
from tollbook_sinks.admin import admin_action, record_admin_action
from tollbook_sinks.audit import audit_database
from tollbook_sinks.errors import AdminRefusedError
from tollbook_sinks.lifecycle import explain_days, maintain_once
from tollbook_sinks.lifecycle.errors import MaintenanceFailedError

GROUPS = ("tollbook_sink", "tollbook_maintainer", "tollbook_reader", "tollbook_admin", "tollbook_tenant")
NO_ADMINISTRATORS = tuple(group for group in GROUPS if group != "tollbook_admin")
DAY = f"llm_usage_events_{FIRST:%Y%m%d}"
ACTIONS = ("import", "replay", "set price", "correct price", "discard", "add tenant")
OF_ADMINISTRATORS = {
    "a price": "INSERT INTO llm_pricing (book, provider, model, token_class, unit, price, effective, source, why)"
    " VALUES ('sell', 'p', 'm', 'input_text', 1, 1, '[2026-04-01Z,)', 'a test', 'a test')",
    "the end of a price": "UPDATE llm_pricing SET effective = 'empty', ended_why = 'a test'"
    " WHERE lower(effective) > now()",
    "a correction": "INSERT INTO llm_cost_corrections (book, provider, model, token_class, currency, effective, unit,"
    " price, quantity, difference, by_workspace, source, why) VALUES ('sell', 'p', 'm', 'input_text', 'USD',"
    " '[2026-04-01Z,2026-04-02Z)', 1, 1, 1, 1, '[]', 'a test', 'a test')",
    "a replay": "INSERT INTO llm_replays (kind, generation, options) VALUES ('live', 2, '{}')",
    "a generation": "UPDATE llm_generations SET generation = 2 WHERE kind = 'live'",
    "a replay's correction": "INSERT INTO llm_usage_adjustments (stream, window_start, kind, source_partition,"
    " source_offset, reason, key_digest, provider, model, use_case, batch, prompt_band)"
    " VALUES ('live', '2026-04-01Z', 'live', -2, 0, 'replay', '', 'p', 'm', 'u', false, 0)",
    "a tenant": "INSERT INTO llm_tenants (role_name, workspace_id) VALUES (session_user, 'w1')",
}
MAY = {("tollbook_sink", "a replay's correction")}
"""The sink writes adjustments of its own; their reason and place in the log are in the row."""


@pytest.fixture(scope="module")
def shared(postgres: PostgresServer) -> Iterator[Database]:
    """Tables that no test here leaves changed."""
    with postgres.database() as made:
        yield made


def connect(dsn: str) -> Connection[Any]:
    return psycopg.connect(dsn, autocommit=True)


@pytest.mark.parametrize("table", ["llm_usage_events", DAY, "llm_usage_adjustments", "llm_dead_letters"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_sink_only_adds(shared: Database, table: str, statement: str) -> None:
    column = "created_at" if table.startswith("llm_usage_events") else "reason"
    asked = statement.format(table).replace("created_at = now()", f"{column} = NULL")
    with connect(shared.sink) as sink:
        sink.execute("SELECT open_ledger_day(%s)", [FIRST])
        with pytest.raises(errors.InsufficientPrivilege):
            sink.execute(asked.encode())


def test_a_maintainer_makes_days_closes_and_compacts_and_a_reader_proves_it(database: Database) -> None:
    with (
        open_case(database) as case,
        login(database, "tollbook_maintainer") as maintainer,
        login(database, "tollbook_reader") as reader,
    ):
        fill_days(case, 2)
        report = maintain_once(maintainer, case.settings)
        assert report.days_made
        assert [verdict.state for verdict in report.compacted] == ["compacted"]
        assert case.audit().ok
        found = audit_database(reader, case.settings.window_rule)
        assert replace(found, taken_at=None) == replace(case.audit(), taken_at=None)  # type: ignore[arg-type]
        assert found.proven_events == 12
        with connect(reader) as connection, connect(database.owner) as owner:
            assert project_usage(connection, "p1") == project_usage(owner, "p1")
            assert project_usage(connection, "p1").totals.prompt_tokens


def test_a_maintainer_drops_nothing_and_says_so_before_a_day_is_touched(database: Database) -> None:
    with open_case(database, **RETENTION) as case, login(database, "tollbook_maintainer") as maintainer:
        fill_days(case)
        pass_time(case, LATER)
        with pytest.raises(MaintenanceFailedError, match="llm_expired_days"):
            maintain_once(maintainer, case.settings)
        assert case.run("expired_days") == []
        assert [report.fate for report in explain_days(maintainer, case.settings) if report.day == FIRST] == ["goes"]
        assert case.maintain().retention.dropped == [FIRST]


def test_a_maintainer_whose_rows_are_hidden_is_refused_and_does_not_find_two_empty_sides_equal(
    database: Database,
) -> None:
    with open_case(database) as case, login(database) as dsn:
        fill_days(case, 2)
        with connect(database.superuser) as superuser:
            superuser.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name_of(dsn)}".encode())
        with pytest.raises(MaintenanceFailedError, match="hides rows from the role"):
            maintain_once(dsn, case.settings)
        assert case.states() == ["open", "open"]


def test_a_reader_reads_everything_and_writes_nothing(shared: Database) -> None:
    with connect(shared.superuser) as superuser:
        rights = superuser.execute(
            "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p', 'v', 'S') AND (has_table_privilege('tollbook_reader', c.oid,"
            " 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            " OR c.relkind <> 'S' AND has_any_column_privilege('tollbook_reader', c.oid, 'INSERT, UPDATE'))"
        )
        assert rights.fetchall() == []


@pytest.mark.parametrize("group", NO_ADMINISTRATORS)
@pytest.mark.parametrize("action", ACTIONS)
def test_administrators_actions_are_refused_to_others(shared: Database, group: str, action: str) -> None:
    with login(shared, group) as dsn, connect(dsn) as connection:
        with pytest.raises(AdminRefusedError, match="member of tollbook_admin"):
            record_admin_action(connection, action, "a test")
        with pytest.raises(AdminRefusedError), admin_action(connection, action, "a test"):
            pytest.fail("the action began")  # pragma: no cover


@pytest.mark.parametrize("group", NO_ADMINISTRATORS)
@pytest.mark.parametrize("written", OF_ADMINISTRATORS)
def test_what_administrators_write_nobody_else_does(shared: Database, group: str, written: str) -> None:
    if (group, written) in MAY:
        return
    with login(shared, group) as dsn, connect(dsn) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(OF_ADMINISTRATORS[written].encode())


def test_an_administrator_may_and_is_on_record_by_name(shared: Database) -> None:
    with login(shared, "tollbook_admin") as dsn, connect(dsn) as connection:
        for written, statement in OF_ADMINISTRATORS.items():
            if written != "a tenant":  # which an administrator cannot be itself
                with connection.transaction(force_rollback=True):
                    connection.execute(statement.encode())
        with connection.transaction(force_rollback=True):
            record_admin_action(connection, "discard", "a test")
            who = connection.execute("SELECT who FROM llm_admin_actions").fetchone()
            assert who == (name_of(dsn),)


def test_an_administrator_maps_a_tenant_and_takes_it_back(shared: Database) -> None:
    with login(shared, "tollbook_admin") as dsn, login(shared, "tollbook_tenant") as other, connect(dsn) as connection:
        line = {"role": name_of(other), "workspace": "w1"}
        connection.execute("INSERT INTO llm_tenants (role_name, workspace_id) VALUES (%(role)s, %(workspace)s)", line)
        found = connection.execute("SELECT workspace_id, created_by FROM llm_tenants").fetchall()
        assert found == [("w1", name_of(dsn))]
        assert connection.execute("DELETE FROM llm_tenants WHERE role_name = %(role)s", line).rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE llm_usage_events SET model = 'm'",
        "DELETE FROM llm_usage_events",
        "DELETE FROM llm_usage_adjustments",
        "UPDATE llm_usage_rollups SET events = 0",
        "DELETE FROM llm_pricing",
        "UPDATE llm_pricing SET price = 0",
        "DELETE FROM llm_dead_letters",
        "UPDATE llm_admin_actions SET why = 'other'",
        "ALTER TABLE llm_usage_events NO FORCE ROW LEVEL SECURITY",
    ],
)
def test_an_administrator_does_not_rewrite_history(shared: Database, statement: str) -> None:
    refused = pytest.raises(errors.InsufficientPrivilege)
    with login(shared, "tollbook_admin") as dsn, connect(dsn) as connection, refused:
        connection.execute(statement.encode())
