"""New databases with all tables and no rows, on the stack's server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from secrets import token_hex

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tollbook_cli.stack import Stack
from tollbook_sinks.queries import split_queries

QUERIES = {
    name: sql.SQL(query)
    for name, query in split_queries(files("benchmarks.sink").joinpath("sql", "queries.sql").read_text())
}


@dataclass(frozen=True, slots=True)
class Database:
    """One database by the DSNs of the sink's role and of the superuser."""

    sink: str
    superuser: str


@contextmanager
def new_database(stack: Stack) -> Iterator[Database]:
    """A database that is dropped at the end. What earlier ones left to be written is written first."""
    name = f"bench_{token_hex(6)}"
    with psycopg.connect(stack.superuser, autocommit=True) as connection:
        connection.execute(QUERIES["create"].format(database=sql.Identifier(name)))
        connection.execute(QUERIES["checkpoint"])
    try:
        yield Database(
            sink=make_conninfo(stack.addresses.postgres_sink, dbname=name),
            superuser=make_conninfo(stack.superuser, dbname=name),
        )
    finally:
        with psycopg.connect(stack.superuser, autocommit=True) as connection:
            connection.execute(QUERIES["drop"].format(database=sql.Identifier(name)))
