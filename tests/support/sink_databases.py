"""A database with nothing in it, for the migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from support.postgres import QUERIES, Database, PostgresServer
from tollbook_cli.stack.passwords import OWNER


@contextmanager
def empty_database(server: PostgresServer, like: Database) -> Iterator[str]:
    """Yields the owner's DSN of a new, empty database; `like` is any database of the same server."""
    name = f"tollbook_empty_{token_hex(6)}"
    _execute(server.superuser, "create", name)
    try:
        yield make_conninfo(like.owner, dbname=name)
    finally:
        _execute(server.superuser, "drop", name)


def _execute(dsn: str, statement: str, name: str) -> None:
    text = QUERIES.joinpath(f"{statement}.sql").read_bytes()
    names = {"database": sql.Identifier(name), "owner": sql.Identifier(OWNER)}
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL(text.decode()).format(**names))
