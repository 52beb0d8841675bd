"""Totals and marks in Postgres: the highest statement stays, in whatever order and batches they come."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from support.postgres import Database
from support.sink_changelog import rollup_key
from support.sink_events import TICK, import_named
from support.sink_logs import NOW_MS
from support.sink_state import fetch
from support.sink_tables import RULE, Tables
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.measures import MEASURES, from_sparse
from tollbook_schemas.rollups import Mark, OpenScope, RollupKey, RollupValue
from tollbook_sinks.database import connect
from tollbook_sinks.offsets import read_partitions
from tollbook_sinks.partitions import ChangelogPartition
from tollbook_sinks.queries import columns
from tollbook_sinks.records import Feed

WINDOW_MS = RULE.start(NOW_MS)
KEY = rollup_key(0, WINDOW_MS, "p1")
OTHER = rollup_key(0, WINDOW_MS, "p2")
READ_AHEAD = 20


@pytest.fixture
def tables(database: Database) -> Iterator[Tables]:
    """Writes as the sink; the source topic has been read far enough for every statement here."""
    with connect(database.sink) as connection:
        made = Tables(connection)
        made.write(*(made.record("live", TICK) for _ in range(READ_AHEAD)))
        yield made


@pytest.fixture
def owner(database: Database) -> Iterator[Connection[Any]]:
    """Looks on as the owner."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        yield connection


def total(key: RollupKey, applied: int) -> tuple[RollupKey, RollupValue]:
    """The fold of a key up to an offset."""
    return key, RollupValue(applied, from_sparse({"events": applied + 1, "prompt_tokens": 10 * applied}))


def partials(owner: Connection[Any]) -> dict[str, tuple[int, int, int]]:
    """Applied, events and prompt tokens by project."""
    return {row[3]: row[4:] for row in fetch(owner, "partials")}


@pytest.mark.parametrize("order", [(3, 7, 5), (7, 3, 5), (5, 5, 7), (7, 7, 3)])
@pytest.mark.parametrize("at_once", [True, False])
def test_the_highest_statement_stays(
    tables: Tables, owner: Connection[Any], order: tuple[int, ...], at_once: bool
) -> None:
    records = [tables.statement("live", total(KEY, applied)) for applied in order]
    records.append(tables.statement("live", total(OTHER, 1)))
    for batch in [records] if at_once else [[record] for record in records]:
        tables.write(*batch)
    assert partials(owner) == {"p1": (7, 8, 70), "p2": (1, 2, 10)}


def test_a_newer_statement_replaces_every_measure(tables: Tables, owner: Connection[Any]) -> None:
    tables.write(tables.statement("live", (KEY, RollupValue(1, tuple(range(1, len(MEASURES) + 1))))))
    tables.write(tables.statement("live", (KEY, RollupValue(2, tuple(range(101, len(MEASURES) + 101))))))
    row = owner.execute(sql.SQL("SELECT {} FROM llm_usage_partials").format(columns(MEASURES))).fetchone()
    assert row == tuple(range(101, len(MEASURES) + 101))


def test_a_compacted_window_takes_no_totals(tables: Tables, owner: Connection[Any]) -> None:
    tables.write(tables.statement("live", total(KEY, 1)))
    owner.execute("DELETE FROM llm_usage_partials")
    owner.execute("UPDATE llm_windows SET state = 'compacted' WHERE window_start = %s", [ms_to_datetime(WINDOW_MS)])
    tables.write(tables.statement("live", total(KEY, 5)))
    assert partials(owner) == {}


def test_the_furthest_mark_stays_and_comes_back_whole(tables: Tables, owner: Connection[Any]) -> None:
    furthest = Mark(9, NOW_MS, {WINDOW_MS: OpenScope(8, 1)}, {}, floor=5)
    for mark in (Mark(4, NOW_MS - 5), furthest, Mark(6, NOW_MS - 3)):
        tables.write(tables.statement("live", mark))
    found = read_partitions(tables.connection)[Feed("changelog", "live", 0)]
    assert isinstance(found, ChangelogPartition)
    assert (found.mark, found.next_offset) == (furthest, 3)


def test_the_ends_of_imports_come_from_marks(tables: Tables, owner: Connection[Any]) -> None:
    ended = import_named(4)
    tables.write(tables.record("import", TICK))
    mark = Mark(0, NOW_MS, {import_named(5): OpenScope(1, 0)}, {ended: NOW_MS - 1})
    tables.write(tables.statement("import", mark), tables.statement("import", mark))
    rows = owner.execute("SELECT * FROM llm_import_ends").fetchall()
    assert rows == [(ended, "rollup", 0, NOW_MS - 1)]
    found = read_partitions(tables.connection)[Feed("changelog", "import", 0)]
    assert isinstance(found, ChangelogPartition)
    assert found.mark == mark


def test_a_total_waits_for_its_source_across_batches(tables: Tables, owner: Connection[Any]) -> None:
    ahead = tables.statement("live", total(KEY, READ_AHEAD))
    batch = tables.batch([ahead])
    assert not batch.has_work
    assert batch.held == {ahead.feed: [ahead]}
    tables.write(ahead, tables.record("live", TICK))
    assert partials(owner)["p1"][0] == READ_AHEAD
