"""Totals from a real changelog: the highest statement stays, and none is seen before its events."""

import time
from pathlib import Path

import psycopg

from support.postgres import Database
from support.sink_changelog import rollup_key, statement_message
from support.sink_checks import has_consumed
from support.sink_events import Message, message_of, usage_event
from support.sink_state import fetch
from support.sink_writer import LogWriter
from support.waiting import eventually
from support.workers import run_worker
from tollbook_schemas.measures import from_sparse
from tollbook_schemas.rollups import Mark, RollupKey, RollupValue
from tollbook_schemas.settings import Settings

PARTITION = 1


def total(key: RollupKey, applied: int) -> Message:
    """The record of a fold that has one event an offset."""
    return statement_message(PARTITION, (key, RollupValue(applied, from_sparse({"events": applied + 1}))))


def test_totals_are_taken_in_any_order_and_wait_for_their_events(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    now_ms = int(time.time() * 1000)
    key = rollup_key(PARTITION, settings.window_rule.start(now_ms), "p1")
    other = rollup_key(PARTITION, settings.window_rule.start(now_ms), "p2")
    writer = LogWriter(settings.kafka)

    def events(numbers: range) -> None:
        for number in numbers:
            writer.write(settings.topics.events, PARTITION, message_of(usage_event(number, now_ms)))
        writer.flush()

    def state(*messages: Message) -> None:
        for message in messages:
            writer.write(settings.topics.rollups, PARTITION, message)
        writer.flush()

    events(range(10))
    state(total(key, 4), total(key, 8), Message(b"junk", b"junk", []), total(key, 6), total(other, 2))
    state(statement_message(PARTITION, Mark(8, now_ms)), statement_message(PARTITION, Mark(4, now_ms)))
    state(total(key, 12), total(other, 1), statement_message(PARTITION, Mark(12, now_ms)), total(key, 3))
    with (
        psycopg.connect(database.owner, autocommit=True) as connection,
        run_worker("sink", settings, database, tmp_path) as sink,
    ):

        def totals() -> dict[str, int]:
            return {row[3]: row[4] for row in fetch(connection, "partials")}

        def mark() -> tuple[int, int, int]:
            """Next offset, the mark's offset, bad records."""
            rows = {row[:2]: (row[2], row[3], row[8]) for row in fetch(connection, "changelogs")}
            return rows.get(("live", PARTITION), (0, 0, 0))

        eventually(lambda: has_consumed(connection, 10, sink))
        eventually(lambda: mark() == (7, 8, 1))
        assert totals() == {"p1": 8, "p2": 2}
        events(range(10, 12))
        eventually(lambda: has_consumed(connection, 12, sink))
        assert (mark(), totals()) == ((7, 8, 1), {"p1": 8, "p2": 2})
        events(range(12, 13))
        eventually(lambda: mark() == (11, 12, 1))
        assert totals() == {"p1": 12, "p2": 2}
        state(total(other, 9))
        eventually(lambda: totals() == {"p1": 12, "p2": 9})
        assert sink.stop() == 0, sink.output
