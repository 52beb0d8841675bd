"""A database for each test, copied from a migrated one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from secrets import token_hex

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tollbook_cli.stack.database import prepare_roles
from tollbook_cli.stack.passwords import OWNER, SINK
from tollbook_sinks import migrate

PASSWORD = "of-a-test-server-only"
QUERIES = files("support").joinpath("sql")


@dataclass(frozen=True, slots=True)
class Database:
    """One database by its two roles' DSNs, and the superuser's for what only tests do (tampering, statistics)."""

    name: str
    owner: str
    sink: str
    superuser: str


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server that tests may make databases on, with a migrated template."""

    superuser: str
    template: str

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A new database with all tables and no rows; dropped at the end, whoever is still connected."""
        name = f"tollbook_test_{token_hex(6)}"
        self._execute("create_from_template", database=name, template=self.template)
        try:
            yield self._describe(name)
        finally:
            self._execute("drop", database=name)

    @contextmanager
    def copy(self, original: Database) -> Iterator[Database]:
        """A copy of a database that nobody is connected to, as a backup restored elsewhere; dropped at the end."""
        name = f"tollbook_test_{token_hex(6)}"
        self._execute("create_from_template", database=name, template=original.name)
        try:
            yield self._describe(name)
        finally:
            self._execute("drop", database=name)

    @classmethod
    @contextmanager
    def with_template(cls, superuser: str) -> "Iterator[PostgresServer]":
        """Makes the roles and the migrated template on a server that the superuser's DSN reaches."""
        prepare_roles(superuser, owner_password=PASSWORD, sink_password=PASSWORD)
        server = cls(superuser, f"tollbook_template_{token_hex(6)}")
        server._execute("create", database=server.template)
        try:
            migrate(server._describe(server.template).owner)
            yield server
        finally:
            server._execute("drop", database=server.template)

    def _describe(self, name: str) -> Database:
        return Database(
            name=name,
            owner=_as(self.superuser, OWNER, name),
            sink=_as(self.superuser, SINK, name),
            superuser=make_conninfo(self.superuser, dbname=name),
        )

    def _execute(self, statement: str, **names: str) -> None:
        text = QUERIES.joinpath(f"{statement}.sql").read_bytes().decode()
        identifiers = {name: sql.Identifier(value) for name, value in names.items()}
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute(sql.SQL(text).format(**identifiers, owner=sql.Identifier(OWNER)))


def _as(superuser: str, role: str, database: str) -> str:
    """The same server as another role, which logs in with the test password."""
    kept = {name: value for name, value in conninfo_to_dict(superuser).items() if name != "passfile"}
    return make_conninfo("", **{**kept, "user": role, "password": PASSWORD, "dbname": database})
