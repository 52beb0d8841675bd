"""Roles and database: made by the superuser once, so that Tollbook's own roles need no right to make any."""

from importlib.resources import files

import psycopg

from tollbook_cli.stack.passwords import OWNER, SINK

DATABASE = "tollbook"


def prepare_roles(superuser: str, *, owner_password: str, sink_password: str) -> None:
    """Makes the roles if they are missing and sets their passwords, in one transaction."""
    with psycopg.connect(superuser, cursor_factory=psycopg.ClientCursor) as connection:
        verifiers = {
            "owner_verifier": _verifier(connection, OWNER, owner_password),
            "sink_verifier": _verifier(connection, SINK, sink_password),
        }
        connection.execute(_statement("roles"), verifiers)


def prepare_database(superuser: str) -> None:
    """Makes the database `tollbook` if it is missing, owned by the owner role."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        found = connection.execute(_statement("database_exists")).fetchone()
        if found is None or not found[0]:
            connection.execute(_statement("create_database"))


def _verifier(connection: psycopg.Connection, role: str, password: str) -> str:
    encrypted = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return encrypted.decode()


def _statement(name: str) -> bytes:
    return files("tollbook_cli.stack").joinpath("sql", f"{name}.sql").read_bytes()
