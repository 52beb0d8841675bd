"""What a batch writes: rows and offsets together, identity, corrections, totals."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection, sql

from support.postgres import Database
from support.sink_events import DAY_MS, HOUR_MS, Message, import_end, import_headers, import_named, usage_event
from support.sink_logs import NOW_MS
from support.sink_state import fetch, read_state
from support.sink_tables import RULE, Tables
from support.sink_truth import AdjustmentFact
from support.waiting import eventually
from tollbook_schemas.dimensions import Dimensions, dimensions_of
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.ids import derived_event_id, ms_to_datetime
from tollbook_schemas.measures import MEASURES, measures_of
from tollbook_sinks.database import connect
from tollbook_sinks.errors import PartitionLostError
from tollbook_sinks.keys import dimensions_digest
from tollbook_sinks.queries import columns
from tollbook_sinks.records import Record
from tollbook_sinks.tables import write
from tollbook_sinks.writing import PostgresTables, write_batch
from unit.schemas.strategies import usage_events

IMPORT = import_named(1)
WINDOW_MS = RULE.start(NOW_MS)


@pytest.fixture
def owner(database: Database) -> Iterator[Connection[Any]]:
    """Looks on as the owner."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        yield connection


@pytest.fixture
def tables(database: Database) -> Iterator[Tables]:
    """Writes as the sink."""
    with connect(database.sink) as connection:
        yield Tables(connection)


def compact(owner: Connection[Any], stream: str, window_ms: int) -> None:
    owner.execute(
        "UPDATE llm_windows SET state = 'compacted' WHERE stream = %s AND window_start = %s",
        [stream, ms_to_datetime(window_ms)],
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(usage_events(), min_size=1, max_size=30))
def test_the_view_of_measures_computes_what_the_contract_does(database: Database, events: list[UsageEvent]) -> None:
    of_one_day = [_at(event, 20_000 * DAY_MS + number) for number, event in enumerate(events)]
    with connect(database.owner) as connection:
        connection.execute("BEGIN")
        tables = Tables(connection)
        tables.write(*(tables.event(event, IMPORT) for event in of_one_day))
        names = columns(("id", "dimensions_digest", *Dimensions._fields, *MEASURES))
        rows = connection.execute(sql.SQL("SELECT {} FROM llm_usage_event_measures").format(names)).fetchall()
        connection.execute("ROLLBACK")
    expected = {event.id: (dimensions_of(event), measures_of(event)) for event in of_one_day}
    width = 2 + len(Dimensions._fields)
    assert {row[0]: (Dimensions(*row[2:width]), row[width:]) for row in rows} == expected
    assert all(row[1] == dimensions_digest(Dimensions(*row[2:width])) for row in rows)


def _at(event: UsageEvent, created_ms: int) -> UsageEvent:
    changes = {"id": derived_event_id(created_ms, "view"), "created_at": ms_to_datetime(created_ms)}
    return event.model_copy(update=changes)


def test_every_column_of_the_ledger_holds_what_the_event_said(tables: Tables, owner: Connection[Any]) -> None:
    event = usage_event(
        1,
        NOW_MS,
        tags={"team": "growth", "quote": '\\ " , {}'},
        raw_usage={"prompt_tokens": 1, "nested": {"x": None, "y": 0.5}},
        flags=("a_clamped", "b"),
        input_audio_seconds="1.234",
        provider_cost_usd="0.0000000001",
        end_user_id="x\u2028y\\N",
    )
    tables.write(tables.event(event))
    with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        row = cursor.execute("SELECT * FROM llm_usage_events").fetchone()
    assert row is not None
    assert {name: row[name] for name in UsageEvent.model_fields} == {**event.model_dump(), "flags": ["a_clamped", "b"]}


def test_an_imported_copy_of_a_live_call_counts_once(tables: Tables, owner: Connection[Any]) -> None:
    event = usage_event(1, NOW_MS)
    tables.write(tables.event(event))
    tables.write(tables.event(event, IMPORT))
    state = read_state(owner)
    assert [fact.stream for fact in state.ledger.values()] == ["live"]
    taken_back = AdjustmentFact("duplicate", IMPORT, WINDOW_MS, "p1", "s1", -1, -101)
    assert state.adjustments == {("import", 0, 0): taken_back}
    assert {(stream, window) for stream, window, _ in fetch(owner, "windows")} == {
        ("live", WINDOW_MS),
        (IMPORT, WINDOW_MS),
    }


def test_copies_in_one_batch_keep_the_first(tables: Tables, owner: Connection[Any]) -> None:
    first, other = usage_event(1, NOW_MS), usage_event(1, NOW_MS, project_id="other")
    tables.write(*(tables.event(event) for event in (first, other, first)))
    state = read_state(owner)
    assert [fact.place for fact in state.ledger.values()] == [("live", 0, 0)]
    assert state.dead == {("live", 0, 1): "conflict"}
    assert {place: fact.reason for place, fact in state.adjustments.items()} == {
        ("live", 0, 1): "conflict",
        ("live", 0, 2): "duplicate",
    }
    assert state.adjustments["live", 0, 1].project == "other"


def test_what_comes_for_a_compacted_window_is_late(tables: Tables, owner: Connection[Any]) -> None:
    tables.write(tables.event(usage_event(1, NOW_MS)))
    compact(owner, "live", WINDOW_MS)
    tables.write(tables.event(usage_event(2, NOW_MS)), tables.event(usage_event(1, NOW_MS)))
    state = read_state(owner)
    assert {fact.place[2]: fact.on_time for fact in state.ledger.values()} == {0: True, 1: False}
    assert {place[2]: fact.reason for place, fact in state.adjustments.items()} == {1: "late"}
    assert state.counts["live", 0]["duplicates"] == 1


def test_ends_are_recorded_and_make_the_rest_late(tables: Tables, owner: Connection[Any]) -> None:
    event = usage_event(1, NOW_MS - 30 * DAY_MS)
    tables.write(tables.record("import", import_end(IMPORT)), tables.event(event, IMPORT))
    state = read_state(owner)
    assert state.ends == {(IMPORT, 0)}
    assert [fact.on_time for fact in state.ledger.values()] == [False]


def test_a_writer_that_lost_its_partition_writes_nothing(
    database: Database, tables: Tables, owner: Connection[Any]
) -> None:
    mine = tables.batch([tables.event(usage_event(1, NOW_MS))])
    with connect(database.sink) as connection:
        other = Tables(connection)
        other.write(other.event(usage_event(2, NOW_MS)))
    before = read_state(owner)
    with pytest.raises(PartitionLostError, match="live/0"):
        write_batch(tables.connection, mine)
    assert read_state(owner) == before
    assert [fact.place for fact in before.ledger.values()] == [("live", 0, 0)]


def test_a_writer_that_lost_its_partition_is_told_so_whatever_it_would_write(
    database: Database, tables: Tables, owner: Connection[Any]
) -> None:
    def one_of_each(of: Tables) -> list[Record]:
        junk = Message(b"key", b"not JSON", [])
        first, other = usage_event(1, NOW_MS), usage_event(1, NOW_MS, project_id="other")
        return [of.event(first), of.event(first), of.event(other), of.record("live", junk)]

    mine = tables.batch(one_of_each(tables))
    with connect(database.sink) as connection:
        other = Tables(connection)
        other.write(*one_of_each(other))
    before = read_state(owner)
    with pytest.raises(PartitionLostError, match="live/0"):
        write_batch(tables.connection, mine)
    assert read_state(owner) == before


def test_an_id_that_another_sink_is_just_writing_counts_once(
    database: Database, tables: Tables, owner: Connection[Any]
) -> None:
    first, other = usage_event(1, NOW_MS), usage_event(1, NOW_MS, project_id="other")
    tables.write(tables.event(usage_event(0, NOW_MS)))  # so that the window is open and nobody waits for it
    mine = tables.batch([tables.event(first, partition=1), tables.event(usage_event(2, NOW_MS), partition=1)])
    with connect(database.sink) as connection, ThreadPoolExecutor(1) as thread:
        theirs = Tables(connection)
        theirs.record("live", Message(b"key", b"read already", []))
        with connection.transaction():
            write(PostgresTables(connection), theirs.batch([theirs.event(other)]))
            mine_written = thread.submit(write_batch, tables.connection, mine)
            eventually(lambda: fetch(owner, "waiting_for_locks"), 30)
        mine_written.result(30)
    state = read_state(owner)
    assert {fact.place for fact in state.ledger.values()} == {("live", 0, 0), ("live", 0, 1), ("live", 1, 1)}
    assert state.dead == {("live", 1, 0): "conflict"}
    assert {place: fact.reason for place, fact in state.adjustments.items()} == {("live", 1, 0): "conflict"}


def test_a_dead_letter_with_impossible_characters_is_kept(tables: Tables, owner: Connection[Any]) -> None:
    event = usage_event(1, NOW_MS)
    value = b'{"schema_version": 1, "tags": {"\\u0000bad": "\\u0000"}}'
    message = Message(str(event.id).encode(), value, [*import_headers(IMPORT), ("na\x00me", b"\x00\xff")])
    tables.write(tables.record("import", message))
    row = owner.execute("SELECT reason, value, headers FROM llm_dead_letters").fetchone()
    assert row == (
        "invalid",
        value,
        [["import_id", "aW1wXzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAx"], ["na�me", "AP8="]],
    )


def test_days_are_made_where_the_maintainer_has_not(tables: Tables, owner: Connection[Any]) -> None:
    times = (NOW_MS - 40 * DAY_MS, NOW_MS - 41 * DAY_MS, NOW_MS - 40 * DAY_MS + HOUR_MS)
    tables.write(*(tables.event(usage_event(number, time), IMPORT) for number, time in enumerate(times)))
    assert len(read_state(owner).ledger) == 3
    assert len(tables.days) == 2
