"""Sinks that share the partitions, and a Postgres that comes and goes."""

import time
from pathlib import Path

import psycopg
import pytest

from conftest import MakeSettings
from support.postgres import Database
from support.sink_checks import assert_exact, has_consumed, total_of
from support.sink_load import Load
from support.sink_state import fetch
from support.waiting import eventually
from support.workers import run_worker

CHUNK = 1500


@pytest.mark.timeout(180)
def test_two_sinks_share_and_one_takes_over(make_settings: MakeSettings, database: Database, tmp_path: Path) -> None:
    settings = make_settings(session_timeout_seconds=6, sink_batch_records=200)
    load = Load(settings, int(time.time() * 1000), seed=11)
    load.begin()
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with (
        psycopg.connect(database.owner, autocommit=True) as connection,
        run_worker("sink", settings, database, folders[0]) as one,
        run_worker("sink", settings.model_copy(update={"sink_instance": "sink-2"}), database, folders[1]) as two,
    ):
        eventually(lambda: "reading 8 partitions" in one.output and "reading 8 partitions" in two.output, 60)
        for chunk in range(6):
            load.chunk(CHUNK)
            if chunk == 2:
                one.kill()
        eventually(lambda: has_consumed(connection, total_of(load.truth), two), 60)
        one.restart()
        eventually(lambda: one.output.count("reading 8 partitions") == 2, 60)  # the second one is after the restart
        load.chunk(CHUNK)
        eventually(lambda: has_consumed(connection, total_of(load.truth), one, two), 60)
        assert one.stop() == two.stop() == 0
        assert_exact(connection, load.truth)


@pytest.mark.timeout(180)
def test_a_postgres_that_goes_away_costs_nothing(
    make_settings: MakeSettings, database: Database, tmp_path: Path
) -> None:
    settings = make_settings(sink_batch_records=200)
    load = Load(settings, int(time.time() * 1000), seed=13)
    load.begin()
    with (
        psycopg.connect(database.superuser, autocommit=True) as connection,
        run_worker("sink", settings, database, tmp_path) as sink,
    ):
        for chunk in range(1, 6):
            load.chunk(CHUNK)
            progress = total_of(load.truth) - CHUNK // 2
            eventually(lambda progress=progress: has_consumed(connection, progress, sink), 60)  # type: ignore[misc]  # bound
            _refuse_logins(connection, database, refuse=chunk == 3)
            _cut(connection)
            if chunk == 3:
                load.chunk(CHUNK)  # a sink that had written all it knew would not notice
                eventually(lambda: "too many connections for database" in sink.output)
                _refuse_logins(connection, database, refuse=False)
        eventually(lambda: has_consumed(connection, total_of(load.truth), sink), 60)
        assert sink.stop() == 0
        assert_exact(connection, load.truth)


def test_a_stop_is_obeyed_while_postgres_is_away(
    make_settings: MakeSettings, database: Database, tmp_path: Path
) -> None:
    settings = make_settings()
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        _refuse_logins(connection, database, refuse=True)
        try:
            with run_worker("sink", settings, database, tmp_path) as sink:
                eventually(lambda: "trying again" in sink.output)
                assert sink.stop() == 0
        finally:
            _refuse_logins(connection, database, refuse=False)
        assert fetch(connection, "counts") == []


def _cut(connection: psycopg.Connection) -> None:
    """End the sink's sessions, whatever they are doing."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'tollbook sink'"
    )


def _refuse_logins(connection: psycopg.Connection, database: Database, *, refuse: bool) -> None:
    limit = psycopg.sql.Literal(0 if refuse else -1)
    name = psycopg.sql.Identifier(database.name)
    connection.execute(psycopg.sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(name, limit))
