"""Administrators' actions: one at a time, only for those who may, and on record for ever."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection, errors

from support.postgres import Database
from tollbook_sinks.admin import admin_action, record_admin_action
from tollbook_sinks.errors import AdminBusyError, AdminRefusedError

LINES = "SELECT who, action, why, details, outcome, begun IS NOT NULL FROM llm_admin_actions ORDER BY id"


def act(connection: Connection[Any], *statements: str) -> None:
    """An action that executes some statements."""
    with admin_action(connection, "replay", "a test"):
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture
def owner(database: Database) -> Iterator[Connection[Any]]:
    with psycopg.connect(database.owner, autocommit=True) as connection:
        yield connection


def test_beginning_and_end_are_on_record_with_who_and_why(owner: Connection[Any]) -> None:
    with admin_action(owner, "replay", "a bug in the fold", {"from": 7}) as action:
        assert owner.execute("SELECT count(*) FROM llm_admin_actions").fetchone() == (1,)
        action.result["windows"] = 2
    assert owner.execute(LINES).fetchall() == [
        ("tollbook_owner", "replay", "a bug in the fold", {"from": 7}, "begun", False),
        ("tollbook_owner", "replay", "a bug in the fold", {"windows": 2}, "done", True),
    ]


def test_an_action_that_fails_is_on_record_as_failed_and_lets_go_of_the_lock(owner: Connection[Any]) -> None:
    with pytest.raises(errors.UndefinedTable):
        act(owner, "BEGIN", "SELECT FROM no_such_table")
    assert [line[3:5] for line in owner.execute(LINES)] == [({}, "begun"), ({"error": "UndefinedTable"}, "failed")]
    act(owner)


def test_a_second_action_is_refused_and_names_the_first(database: Database, owner: Connection[Any]) -> None:
    with psycopg.connect(database.owner, autocommit=True, application_name="tollbook import") as second:
        with admin_action(second, "import", "march was missing"):
            with pytest.raises(
                AdminBusyError, match=r"tollbook import of role tollbook_owner \(Postgres backend \d+\)"
            ):
                act(owner)
            assert len(owner.execute(LINES).fetchall()) == 1
        act(owner)


def test_an_action_whose_connection_broke_is_seen_as_begun_and_not_ended(
    database: Database, owner: Connection[Any]
) -> None:
    broken = psycopg.connect(database.owner, autocommit=True)
    with pytest.raises(errors.AdminShutdown):
        act(broken, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert [line[4] for line in owner.execute(LINES)] == ["begun"]
    act(owner)


def test_the_sink_is_refused(database: Database) -> None:
    refused = pytest.raises(AdminRefusedError, match=r"'tollbook_sink' may not do this.*member of tollbook_admin")
    with psycopg.connect(database.sink, autocommit=True) as connection, refused:
        act(connection)


@pytest.mark.parametrize("why", ["", " \n", "x" * 1001], ids=["empty", "blank", "long"])
def test_a_reason_has_to_be_given(owner: Connection[Any], why: str) -> None:
    with pytest.raises(ValueError, match="say why"):
        record_admin_action(owner, "set price", why)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE llm_admin_actions SET why = 'other'",
        "DELETE FROM llm_admin_actions",
        "TRUNCATE llm_admin_actions CASCADE",
    ],
)
def test_even_the_owner_cannot_change_the_record(owner: Connection[Any], statement: str) -> None:
    record_admin_action(owner, "set price", "a new year")
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        owner.execute(statement.encode())


def test_nobody_writes_anothers_name(database: Database, owner: Connection[Any]) -> None:
    owner.execute("INSERT INTO llm_admin_actions (who, action, why, outcome) VALUES ('eve', 'import', 'x', 'done')")
    assert owner.execute("SELECT who FROM llm_admin_actions").fetchone() == ("tollbook_owner",)
    with psycopg.connect(database.superuser, autocommit=True) as superuser:
        superuser.execute("SET ROLE tollbook_admin")
        with pytest.raises(errors.InsufficientPrivilege):
            superuser.execute(
                "INSERT INTO llm_admin_actions (who, action, why, outcome) VALUES ('eve', 'import', 'x', 'done')"
            )
