"""Logins of people and services, made for a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from support.postgres import PASSWORD, Database


@contextmanager
def login(database: Database, *groups: str) -> Iterator[str]:
    """Yields the DSN of a new role that is a member of these; it is dropped at the end."""
    name = f"test_{token_hex(4)}"
    role = sql.Identifier(name)
    with psycopg.connect(database.superuser, autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, PASSWORD))
        try:
            for group in groups:
                superuser.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))
            yield make_conninfo(database.owner, user=name, password=PASSWORD)
        finally:
            superuser.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
            superuser.execute(sql.SQL("DROP ROLE {}").format(role))


@contextmanager
def tenant(database: Database, workspace: str) -> Iterator[str]:
    """Yields the DSN of a new tenant of a workspace."""
    with login(database, "tollbook_tenant") as dsn:
        map_tenant(database, dsn, workspace)
        yield dsn


def map_tenant(database: Database, dsn: str, workspace: str) -> None:
    """Say in a database which workspace a login speaks for."""
    with psycopg.connect(database.owner) as connection:
        connection.execute(
            "INSERT INTO llm_tenants (role_name, workspace_id) VALUES (%s, %s)", [name_of(dsn), workspace]
        )


def name_of(dsn: str) -> str:
    """The role that a DSN logs in as."""
    return str(conninfo_to_dict(dsn)["user"])


def become(connection: Connection, role: str) -> None:
    """SET ROLE."""
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
