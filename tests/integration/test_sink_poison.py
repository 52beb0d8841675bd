"""Records that are made to stop a consumer do not stop the sink."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from support.postgres import Database
from support.sink_checks import has_consumed
from support.sink_events import Message
from support.sink_state import fetch
from support.sink_writer import LogWriter
from support.waiting import eventually
from support.workers import run_worker
from tollbook_schemas.settings import Settings

TESTS = Path(__file__).parents[1]


def test_a_header_name_that_is_no_text(settings: Settings, database: Database, tmp_path: Path) -> None:
    environment = {**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1", "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "support.sink_bad_header", settings.kafka, settings.topics.imports]
    subprocess.run(command, env=environment, check=True, timeout=60)
    assert dead_letters(settings, database, tmp_path, 1) == ["no_import_id"]


def test_bytes_of_every_sort(settings: Settings, database: Database, tmp_path: Path) -> None:
    values = (
        b"",
        b"\x00",
        b"\xff" * 100,
        b"[" * 5000,
        b"null",
        b"1e999",
        b'{"a": "\\ud800"}',
        b'{"\\u0000": 1}',
        b'"' * 3,
    )
    writer = LogWriter(settings.kafka)
    for value in values:
        writer.write(settings.topics.events, 0, Message(b"\x00\xff", value, [("\x00", b"\x00"), ("empty", None)]))
        writer.write(settings.topics.events, 0, Message(b"__end", value, []))
        writer.write(settings.topics.rollups, 0, Message(b"\xff", value, []))
    writer.flush()
    reasons = dead_letters(settings, database, tmp_path, 2 * len(values))
    assert len(reasons) == 2 * len(values)
    assert set(reasons) == {"not_json", "invalid", "end_on_live_topic"}


def dead_letters(settings: Settings, database: Database, folder: Path, offsets: int) -> list[str]:
    """The reasons of what a sink put aside once it has read that much."""
    with (
        psycopg.connect(database.owner, autocommit=True) as connection,
        run_worker("sink", settings, database, folder) as sink,
    ):
        eventually(lambda: has_consumed(connection, offsets, sink))
        assert sink.stop() == 0, sink.output
        return [row[3] for row in fetch(connection, "dead")]
