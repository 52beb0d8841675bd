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
from tollbook_cli.stack.database import DATABASE
from tollbook_sinks.queries import split_queries

QUERIES = {
    name: sql.SQL(query)
    for name, query in split_queries(files("benchmarks.sink").joinpath("sql", "queries.sql").read_text())
}


@dataclass(frozen=True, slots=True)
class Database:
    """One database: its name, and the DSNs of the sink's role and of the superuser."""

    name: str
    sink: str
    superuser: str


@contextmanager
def new_database(stack: Stack, template: str = DATABASE) -> Iterator[Database]:
    """A copy of a database, by default of the empty one; dropped at the end.

    What earlier ones left to be written is written first.
    """
    name = f"bench_{token_hex(6)}"
    names = {"database": sql.Identifier(name), "template": sql.Identifier(template)}
    with psycopg.connect(stack.superuser, autocommit=True) as connection:
        connection.execute(QUERIES["create"].format(**names))
        connection.execute(QUERIES["checkpoint"])
    try:
        yield Database(
            name=name,
            sink=make_conninfo(stack.addresses.postgres_sink, dbname=name),
            superuser=make_conninfo(stack.superuser, dbname=name),
        )
    finally:
        with psycopg.connect(stack.superuser, autocommit=True) as connection:
            connection.execute(QUERIES["drop"].format(database=sql.Identifier(name)))
