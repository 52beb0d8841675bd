"""The ledger's tables: the contract's columns, append-only for the sink, one partition a day."""

import threading
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from support.postgres import Database
from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import MEASURES
from tollbook_sinks.rows import LEDGER_COLUMNS

DAY = date(2026, 3, 29)
PARTITION = "llm_usage_events_20260329"
MISSION = [
    *(
        "id",
        "workspace_id",
        "project_id",
        "template_id",
        "collection_id",
        "session_id",
        "provider",
        "model",
        "use_case",
    ),
    *("status", "prompt_tokens", "completion_tokens", "total_tokens", "input_audio_tokens", "output_audio_tokens"),
    *("raw_usage", "request_id", "latency_ms", "created_at"),
]
TOTALS = (
    "llm_usage_partials",
    "llm_usage_rollups",
    "llm_usage_adjustments",
    "llm_session_usage",
    "llm_operation_usage",
    "llm_usage_event_measures",
)


def column_names(connection: Connection[Any], table: str) -> list[str]:
    cursor = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(table)))
    return [column.name for column in cursor.description or ()]


def make_day(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT ensure_ledger_day(%s)", [DAY])


@pytest.mark.parametrize("table", TOTALS)
def test_dimensions_and_measures_are_the_contracts_in_order(database: Database, table: str) -> None:
    with psycopg.connect(database.owner) as connection:
        names = column_names(connection, table)
    assert [name for name in names if name in Dimensions._fields] == list(Dimensions._fields)
    assert [name for name in names if name in MEASURES] == list(MEASURES)


def test_the_ledger_has_the_missions_fields_first_and_every_column_is_written(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        names = column_names(connection, "llm_usage_events")
    assert names[: len(MISSION)] == MISSION
    assert sorted(names) == sorted(LEDGER_COLUMNS)


@pytest.mark.parametrize("table", ["llm_usage_events", PARTITION])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET prompt_tokens = 0", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}", "ALTER TABLE {} ADD x int"],
)
def test_the_sink_cannot_change_the_ledger(database: Database, table: str, statement: str) -> None:
    make_day(database.sink)
    with psycopg.connect(database.sink) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE llm_windows SET state = 'compacted'",
        "DELETE FROM llm_usage_partials",
        "DELETE FROM llm_source_partitions",
        "UPDATE llm_usage_adjustments SET events = 0",
        "DELETE FROM llm_dead_letters",
        "INSERT INTO llm_usage_rollups DEFAULT VALUES",
        "INSERT INTO llm_session_usage DEFAULT VALUES",
        "CREATE TABLE mine (id int)",
        f"INSERT INTO {PARTITION} DEFAULT VALUES",
    ],
)
def test_the_sink_cannot_do_the_maintainers_work(database: Database, statement: str) -> None:
    make_day(database.sink)
    with psycopg.connect(database.sink) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_day_is_made_once_by_whoever_comes_first(database: Database) -> None:
    threads = [threading.Thread(target=make_day, args=(database.sink,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(database.owner) as connection:
        rows = connection.execute(
            "SELECT c.relname, c.relowner::regrole::text, pg_get_expr(c.relpartbound, c.oid)"
            " FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'llm_usage_events'::regclass"
        ).fetchall()
    bounds = "FOR VALUES FROM ('2026-03-29 00:00:00+00') TO ('2026-03-30 00:00:00+00')"
    assert rows == [(PARTITION, "tollbook_owner", bounds)]


def test_making_a_day_waits_for_no_insert_and_stops_none(database: Database) -> None:
    with psycopg.connect(database.sink) as inserting, psycopg.connect(database.sink) as other:
        inserting.execute("INSERT INTO llm_usage_events SELECT * FROM llm_usage_events")  # takes the lock of an insert
        other.execute("SET lock_timeout = '2s'")
        other.execute("SELECT ensure_ledger_day(%s)", [DAY])
        inserting.execute("SET lock_timeout = '2s'")
        inserting.execute("INSERT INTO llm_usage_events SELECT * FROM llm_usage_events")


@pytest.mark.parametrize(
    "identity",
    [
        "019d36e3-ec01-7000-8000-000000000000",
        "019d36e3-ec00-4000-8000-000000000000",
        "019d36e3-ec00-7000-0000-000000000000",
    ],
    ids=["a millisecond later", "version 4", "no RFC variant"],
)
def test_an_id_that_does_not_hold_the_time_is_refused(database: Database, identity: str) -> None:
    statement = sql.SQL(
        "INSERT INTO llm_usage_events (id, created_at, provider, model, use_case, status, batch, aggregate, call_count,"
        " flags, schema_version, prompt_band, dimensions_digest, stream, on_time, source_partition, source_offset,"
        " content_digest) VALUES ({}, {}, 'p', 'm', 'u', 'error', false, false, 1, '{{}}', 1, 0, '', 'live', true,"
        " 0, 0, '')"
    ).format(identity, DAY.isoformat())
    make_day(database.owner)
    with (
        psycopg.connect(database.owner) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="holds_created_at"),
    ):
        connection.execute(statement)


def test_offsets_that_do_not_add_up_are_refused(database: Database) -> None:
    statement = (
        "INSERT INTO llm_source_partitions (kind, partition, cluster_id, topic_id, first_offset, next_offset, ledger)"
        " VALUES ('live', 0, 'c', 't', 5, %s, 3)"
    )
    with psycopg.connect(database.sink) as connection:
        connection.execute(statement, [8])
        connection.rollback()
        with pytest.raises(psycopg.errors.CheckViolation, match="every_offset_accounted_for"):
            connection.execute(statement, [9])
