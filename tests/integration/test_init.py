"""`tollbook init` on servers that somebody else runs: with no superuser, again, and refused."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from confluent_kafka.admin import ConfigResource, ResourceType  # type: ignore[attr-defined]  # not in __all__
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from support.lifecycle_case import open_case
from support.postgres import PASSWORD, Database, PostgresServer
from support.retention_case import FIRST, RETENTION, fill_days, pass_time
from tollbook_cli.stack.database import prepare_database, prepare_roles
from tollbook_cli.stack.kafka import admin_client
from tollbook_sinks.admin import record_admin_action
from tollbook_sinks.audit import audit_database
from tollbook_sinks.lifecycle import maintain_once

ROLE_OPTIONS = 160000
"""Since this server version the maker of a role may grant it, and neither act as it nor use its rights."""
ROLES = (
    "tollbook_owner",
    "tollbook_sink",
    "tollbook_maintainer",
    "tollbook_reader",
    "tollbook_admin",
    "tollbook_tenant",
)
ADMIN_RIGHTS = {"enough": "CREATEROLE CREATEDB", "too few": ""}


@dataclass(frozen=True)
class Managed:
    """A server as a provider rents it out: its administrator is no superuser."""

    administrator: str
    superuser: str
    database: str

    def dsn(self, role: str, password: str) -> str:
        return make_conninfo(self.administrator, user=role, password=password, dbname=self.database)

    @contextmanager
    def person(self, group: str) -> Iterator[str]:
        """A login that the administrator makes, as operations.md says."""
        role = sql.Identifier(f"person_{token_hex(4)}")
        with psycopg.connect(self.administrator, autocommit=True) as administrator:
            administrator.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, PASSWORD))
            try:
                administrator.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))
                yield self.dsn(role.as_string().strip('"'), PASSWORD)
            finally:
                administrator.execute(sql.SQL("DROP ROLE {}").format(role))

    def init(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tollbook_cli", "init", "--database", self.database, *arguments]
        variables: Mapping[str, str] = {"TOLLBOOK_POSTGRES_ADMIN": self.administrator, **environment}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


@pytest.fixture(params=["enough"])
def managed(postgres: PostgresServer, request: pytest.FixtureRequest) -> Iterator[Managed]:
    name = f"managed_{token_hex(4)}"
    role, rights = sql.Identifier(name), sql.SQL(ADMIN_RIGHTS[request.param])
    with psycopg.connect(postgres.superuser, autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x' {}").format(role, rights))
        groups = sql.SQL(", ").join(map(sql.Identifier, ROLES))
        # What a server gives to the administrator who makes these roles; here the tests' superuser has made them.
        maker = sql.SQL(
            "ADMIN TRUE, SET FALSE, INHERIT FALSE" if superuser.info.server_version >= ROLE_OPTIONS else "ADMIN OPTION"
        )
        superuser.execute(sql.SQL("GRANT {} TO {} WITH {}").format(groups, role, maker))
        try:
            kept = {key: value for key, value in conninfo_to_dict(postgres.superuser).items() if key != "passfile"}
            administrator = make_conninfo("", **{**kept, "user": name, "password": "x"})
            yield Managed(administrator, postgres.superuser, f"db_{name}")
        finally:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(sql.Identifier(f"db_{name}")))
            superuser.execute(sql.SQL("DROP OWNED BY {}").format(role))
            superuser.execute(sql.SQL("DROP ROLE {}").format(role))


def test_without_a_superuser_and_again(managed: Managed, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    first = managed.init("--no-topics", "--owner-password-file", str(password), "--sink-password-file", str(password))
    assert (first.returncode, first.stderr) == (0, "")
    assert "made, roles and tables are up to date" in first.stdout
    for role in ("tollbook_owner", "tollbook_sink"):
        with psycopg.connect(managed.dsn(role, PASSWORD)) as connection:
            assert connection.execute("SELECT count(*) FROM llm_windows").fetchone() == (0,)
    again = managed.init("--no-topics")
    assert (again.returncode, "was there" in again.stdout) == (0, True)
    with psycopg.connect(make_conninfo(managed.superuser, dbname=managed.database)) as connection:
        owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(owners).fetchall() == [("tollbook_owner",)]
        extensions = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"
        assert connection.execute(extensions).fetchall() == [("btree_gist",)]


def test_all_of_the_work_goes_on_without_any_administrator(managed: Managed, tmp_path: Path) -> None:
    """The owner drops days, the sink writes, and the server's administrator lets in people: none is a superuser."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    managed.init("--no-topics", "--owner-password-file", str(password), "--sink-password-file", str(password))
    owner, sink = (managed.dsn(role, PASSWORD) for role in ("tollbook_owner", "tollbook_sink"))
    database = Database(managed.database, owner, sink, make_conninfo(managed.superuser, dbname=managed.database))
    with open_case(database, **RETENTION, archive_dir=tmp_path / "archive") as case:
        fill_days(case)
        with managed.person("tollbook_maintainer") as maintainer:
            keeping_all = case.settings.model_copy(update={"ledger_retention_days": None})
            pass_time(case)
            assert len(maintain_once(maintainer, keeping_all).compacted) == 1
        assert case.maintain().retention.dropped == [FIRST]
        with managed.person("tollbook_reader") as reader:
            assert audit_database(reader, case.settings.window_rule).ok
        with managed.person("tollbook_admin") as person, psycopg.connect(person, autocommit=True) as connection:
            record_admin_action(connection, "discard", "a test")


def test_several_at_once_are_one_after_the_other(postgres: PostgresServer) -> None:
    name = f"tollbook_test_{token_hex(6)}"

    def prepare(_: int) -> bool:
        prepare_roles(postgres.superuser, owner_password=PASSWORD, sink_password=PASSWORD)
        return prepare_database(postgres.superuser, name)

    try:
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(prepare, range(8))) == 1
    finally:
        with psycopg.connect(postgres.superuser, autocommit=True) as superuser:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.mark.parametrize("managed", ["too few"], indirect=True)
def test_an_administrator_without_the_rights_is_told_which(managed: Managed) -> None:
    refused = managed.init("--no-topics")
    assert refused.returncode == 1
    assert "CREATEROLE and CREATEDB" in " ".join(refused.stderr.split())


def test_an_unreadable_or_empty_password_file_is_named(managed: Managed, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for file, said in ((empty, "is empty"), (tmp_path / "none", "cannot be read")):
        refused = managed.init("--no-topics", "--sink-password-file", str(file))
        assert (refused.returncode, said in " ".join(refused.stderr.split())) == (1, True)


def test_topics_are_made_and_found_again(managed: Managed, kafka: str) -> None:
    prefix = f"init-{token_hex(4)}."
    environment = {"TOLLBOOK_POSTGRES_ADMIN": "", "TOLLBOOK_KAFKA": kafka, "TOLLBOOK_TOPIC_PREFIX": prefix}
    made = managed.init(**environment)
    assert (made.returncode, made.stderr) == (0, "")
    assert f"{prefix}usage-events" in made.stdout
    resource = ConfigResource(ResourceType.TOPIC, f"{prefix}usage-events")
    admin = admin_client(kafka)
    [answer] = admin.describe_configs([resource]).values()
    assert answer.result(30)["message.timestamp.type"].value == "LogAppendTime"
    assert "all topics were there" in managed.init(**environment).stdout


def test_more_replicas_than_brokers_are_refused(managed: Managed, kafka: str) -> None:
    environment = {
        "TOLLBOOK_POSTGRES_ADMIN": "",
        "TOLLBOOK_KAFKA": kafka,
        "TOLLBOOK_TOPIC_PREFIX": f"init-{token_hex(4)}.",
    }
    refused = managed.init("--replication", "3", **environment)
    assert (refused.returncode, "could not be made" in refused.stderr) == (1, True)
