"""The sink is killed with SIGKILL while it works: nothing is lost or there twice, every offset is accounted for."""

import threading
import time
from pathlib import Path

import psycopg
import pytest

from conftest import MakeSettings, Report
from support.postgres import Database
from support.sink_checks import assert_exact, has_consumed, total_of
from support.sink_load import IMPORTS, Load
from support.waiting import eventually
from support.workers import run_worker

KILLS = 5
CHUNKS = 30
CHUNK = 1000


@pytest.mark.timeout(300)
def test_five_kills_under_load_lose_nothing_and_double_nothing(
    make_settings: MakeSettings, database: Database, tmp_path: Path, report: Report
) -> None:
    settings = make_settings(session_timeout_seconds=6, sink_batch_records=500)
    load = Load(settings, int(time.time() * 1000), seed=7)
    load.begin()
    writing = threading.Thread(target=_write_all, args=(load,))
    with (
        psycopg.connect(database.owner, autocommit=True) as connection,
        run_worker("sink", settings, database, tmp_path) as sink,
    ):
        writing.start()
        for kill in range(1, KILLS + 1):
            progress = kill * CHUNKS * CHUNK // (KILLS + 2)
            eventually(lambda progress=progress: has_consumed(connection, progress, sink), 60)  # type: ignore[misc]  # bound
            sink.kill()
            sink.restart()
        writing.join()
        eventually(lambda: has_consumed(connection, total_of(load.truth), sink), 120)
        assert sink.stop() == 0, sink.output
        report(f"rounds 1, kills {KILLS}, {assert_exact(connection, load.truth)}")


def _write_all(load: Load) -> None:
    for number in range(CHUNKS):
        load.chunk(CHUNK)
        if number % 6 == 0:
            load.hole(number % load.settings.partitions)
    for import_id in IMPORTS:
        load.end_import(import_id)
    load.flush()
