"""Roles and database: made by an administrator once, so that Tollbook's own roles need no right to make any."""

from importlib.resources import files
from typing import LiteralString

import psycopg
from psycopg import Connection, sql

from tollbook_cli.stack.passwords import OWNER, SINK

DATABASE = "tollbook"


def prepare_roles(administrator: str, *, owner_password: str | None, sink_password: str | None) -> None:
    """Makes the roles if they are missing and sets the passwords that are given, in one transaction.

    `administrator` is the DSN of a superuser, or of a role that may make roles (CREATEROLE). Without a password a role
    that is made cannot log in until it gets one. Several at once wait for each other. Raises psycopg.Error.
    """
    with psycopg.connect(administrator) as connection:
        connection.execute(_statement("one_at_a_time").encode())
        connection.execute(_statement("roles").encode())
        for role, password in ((OWNER, owner_password), (SINK, sink_password)):
            if password is not None:
                _let_in(connection, role, password)


def prepare_database(administrator: str, name: str = DATABASE) -> bool:
    """Makes the database if it is missing, owned by the owner role; returns whether it was made.

    `administrator` is as for `prepare_roles`, with the right to make databases (CREATEDB) where it is missing.
    """
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute(_statement("one_at_a_time").encode())
        found = connection.execute(_statement("database_exists").encode(), {"name": name}).fetchone()
        if found is not None and found[0]:
            return False
        names = {"name": sql.Identifier(name), "owner": sql.Identifier(OWNER)}
        connection.execute(sql.SQL(_statement("create_database")).format(**names))
        return True


def _let_in(connection: Connection, role: str, password: str) -> None:
    encrypted = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    parts = {"role": sql.Identifier(role), "verifier": sql.Literal(encrypted.decode())}
    connection.execute(sql.SQL(_statement("login")).format(**parts))


def _statement(name: str) -> LiteralString:
    text = files("tollbook_cli.stack").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return text.strip().rstrip(";")
