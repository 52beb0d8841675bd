"""Migrations: from empty, again, at once, cut short, and refused."""

import shutil
import threading
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from support.postgres import Database, PostgresServer
from support.sink_databases import empty_database
from support.sink_schema import describe_schema
from tollbook_sinks import MigrationError, migrate
from tollbook_sinks.migrate import migrate_from

SNAPSHOT = Path(__file__).with_name("schema.snapshot")


@pytest.fixture
def empty(postgres: PostgresServer, database: Database) -> Iterator[str]:
    """The owner's DSN of a database with nothing in it."""
    with empty_database(postgres, database) as dsn:
        yield dsn


def test_from_empty_and_again_gives_the_declared_schema(empty: str) -> None:
    declared = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    migrate(empty)
    assert describe_schema(empty) == declared
    migrate(empty)
    assert describe_schema(empty) == declared


def test_several_at_once_migrate_once(empty: str) -> None:
    failures: list[Exception] = []

    def attempt() -> None:
        try:
            migrate(empty)
        except MigrationError as error:
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert "partitioned table llm_usage_events" in describe_schema(empty)


def test_a_role_without_rights_is_told_so(database: Database) -> None:
    with pytest.raises(MigrationError, match="'tollbook_sink' may not create tables"):
        migrate(database.sink)


def test_an_address_that_nobody_answers_at_is_told_so(database: Database) -> None:
    with pytest.raises(MigrationError, match="does not answer"):
        migrate(make_conninfo(database.owner, host="127.0.0.1", port=1))


def test_a_url_with_a_password_file(database: Database, tmp_path: Path) -> None:
    parts = conninfo_to_dict(database.owner)
    passwords = tmp_path / "pass word"
    passwords.write_text(f"*:*:*:*:{parts['password']}\n")
    passwords.chmod(0o600)
    query = "&".join(f"{name}={parts[name]}" for name in ("host", "port") if name in parts)
    quoted = str(passwords).replace(" ", "%20")
    migrate(f"postgresql://{parts['user']}@/{parts['dbname']}?{query}&passfile={quoted}")


def test_a_failed_migration_leaves_nothing_and_can_be_mended(empty: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    with as_file(files("tollbook_sinks") / "migrations") as ours:
        shutil.copytree(ours, folder)
    broken = folder / "9000_broken.sql"
    broken.write_text("CREATE TABLE half_made (id int);\nSELECT no_such_function();\n")
    with pytest.raises(MigrationError, match=r"rolled back.*no_such_function"):
        migrate_from(folder, empty)
    assert not any("half_made" in line for line in describe_schema(empty))
    broken.write_text("CREATE TABLE half_made (id int);\n")
    migrate_from(folder, empty)
    assert "table half_made" in describe_schema(empty)


def test_a_killed_migration_locks_nobody_out(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as connection:
        connection.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
    migrate(empty)
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT count(*) FROM yoyo_lock").fetchone() == (0,)
