"""`tollbook tenants` as an administrator meets it."""

import json
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner, Result

from support.postgres import Database
from support.roles import login, name_of
from support.tenancy import MINE, fill
from tollbook_billing import workspace_usage
from tollbook_cli.commands.tenants import subcommands
from tollbook_cli.tenancy.errors import RoleRightsError, TenantError
from tollbook_sinks.errors import AdminRefusedError

WHY = ("--why", "a test")


@pytest.fixture
def owned(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The environment names the owner."""
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    return database


@pytest.fixture
def new_role(database: Database) -> Iterator[str]:
    """A name; the role is dropped at the end, if it was made."""
    name = f"test_{token_hex(4)}"
    yield name
    with psycopg.connect(database.superuser, autocommit=True) as superuser:
        superuser.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(subcommands, list(arguments), env={"COLUMNS": "160", "TERM": "dumb"})


def refused(kind: type[Exception], *arguments: str) -> str:
    """What it says instead of doing it."""
    error = run(*arguments).exception
    assert isinstance(error, kind), error
    return str(error)


def actions(database: Database) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.owner) as connection:
        return connection.execute("SELECT who, action, why, details FROM llm_admin_actions ORDER BY id").fetchall()


def test_a_tenant_is_added_bills_itself_and_is_removed_at_once(owned: Database) -> None:
    fill(owned, MINE)
    with login(owned, "tollbook_tenant") as dsn, psycopg.connect(dsn, autocommit=True) as tenant:
        role = name_of(dsn)
        added = run("add", role, "--workspace", MINE, *WHY)
        assert (added.exit_code, f"{role} sees {MINE}" in added.stdout) == (0, True)
        (listed,) = json.loads(run("list", "--json").stdout)
        assert (listed["role"], listed["workspace"], listed["created_by"]) == (role, MINE, "tollbook_owner")
        assert (listed["exists"], listed["can_log_in"], listed["sees_all_through"]) == (True, True, None)
        bill = workspace_usage(tenant, MINE)
        assert bill.totals.prompt_tokens
        assert {(window.state, window.proven, window.ledger_events) for window in bill.windows} == {
            ("compacted", True, None),
            ("open", False, None),
        }
        assert run("remove", role, *WHY).exit_code == 0
        assert workspace_usage(tenant, MINE).lines == ()
        assert "no role is a tenant" in run("list").stdout
        details = {"role": role, "workspace": MINE}
        assert actions(owned) == [
            ("tollbook_owner", "add tenant", "a test", details),
            ("tollbook_owner", "remove tenant", "a test", details),
        ]


def test_a_role_that_is_missing_is_made_by_who_may_make_roles(
    database: Database, new_role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.superuser)
    assert "give it a password" in run("add", new_role, "--workspace", MINE, *WHY).stdout
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    (listed,) = json.loads(run("list", "--json").stdout)
    assert listed["role"] == new_role


def test_others_are_told_what_the_servers_administrator_runs(owned: Database, new_role: str) -> None:
    said = refused(RoleRightsError, "add", new_role, "--workspace", MINE, *WHY)
    assert f'CREATE ROLE "{new_role}" LOGIN; GRANT tollbook_tenant TO "{new_role}"' in said
    assert actions(owned) == []


def test_what_cannot_be_is_refused_and_not_recorded(owned: Database) -> None:
    with login(owned, "tollbook_tenant", "tollbook_reader") as dsn:
        said = refused(TenantError, "add", name_of(dsn), "--workspace", MINE, *WHY)
        assert "through tollbook_reader it sees every workspace: Use a role of its own" in said
    with login(owned, "tollbook_tenant") as dsn:
        assert "is no tenant" in refused(TenantError, "remove", name_of(dsn), *WHY)
        assert run("add", name_of(dsn), "--workspace", MINE, "--why", " ").exit_code == 2
        assert actions(owned) == []
        run("add", name_of(dsn), "--workspace", MINE, *WHY)
        assert "remove it first" in refused(TenantError, "add", name_of(dsn), "--workspace", "w2", *WHY)
        assert len(actions(owned)) == 1


def test_a_tenant_that_is_held_no_more_is_shown(owned: Database) -> None:
    with login(owned, "tollbook_tenant") as dsn:
        run("add", name_of(dsn), "--workspace", MINE, *WHY)
        with psycopg.connect(owned.superuser, autocommit=True) as superuser:
            superuser.execute(sql.SQL("GRANT tollbook_reader TO {}").format(sql.Identifier(name_of(dsn))))
        shown = run("list")
        assert (shown.exit_code, "tollbook_reader" in shown.stdout) == (1, True)  # a narrow table breaks lines


@pytest.mark.parametrize("group", ["tollbook_reader", "tollbook_tenant", "tollbook_maintainer"])
def test_only_administrators_add_tenants(database: Database, group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with login(database, group) as dsn, login(database, "tollbook_tenant") as other:
        monkeypatch.setenv("TOLLBOOK_POSTGRES", dsn)
        refused(AdminRefusedError, "add", name_of(other), "--workspace", MINE, *WHY)
        assert "member of tollbook_admin" in refused(TenantError, "remove", name_of(other), *WHY)


def test_an_administrator_adds_a_tenant(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with login(database, "tollbook_admin") as dsn, login(database, "tollbook_tenant") as other:
        monkeypatch.setenv("TOLLBOOK_POSTGRES", dsn)
        assert run("add", name_of(other), "--workspace", MINE, *WHY).exit_code == 0
        assert [action[0] for action in actions(database)] == [name_of(dsn)]
