"""The sink is killed with SIGKILL while it works: nothing is lost, nothing is there twice, every offset is accounted for."""

import threading
import time
from pathlib import Path

import psycopg
import pytest

from conftest import MakeSettings
from support.postgres import Database
from support.sink_load import IMPORTS, Load
from support.sink_state import consumed, lost_and_double, read_state
from support.waiting import eventually
from support.workers import WorkerProcess, run_worker

KILLS = 5
CHUNKS = 30
CHUNK = 1000


@pytest.mark.timeout(300)
def test_five_kills_under_load_lose_nothing_and_double_nothing(
    make_settings: MakeSettings, database: Database, tmp_path: Path
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
            eventually(lambda: _reached(connection, sink, kill * CHUNKS * CHUNK // (KILLS + 2)), 60)  # noqa: B023
            sink.kill()
            sink.restart()
        writing.join()
        total = sum(sum(of_partition.values()) for of_partition in load.truth.counts.values())
        eventually(lambda: _reached(connection, sink, total), 120)
        assert sink.stop() == 0, sink.output
        state = read_state(connection)
    lost, double = lost_and_double(load.truth, state)
    print(f"kills {KILLS}, records {total}, ledger {len(state.ledger)}, lost {len(lost)}, double {len(double)}")
    assert not lost
    assert not double
    assert state.ledger == load.truth.ledger
    assert state.adjustments == load.truth.adjustments
    assert state.dead == load.truth.dead
    assert state.ends == load.truth.ends
    assert state.counts == load.truth.counts


def _write_all(load: Load) -> None:
    for number in range(CHUNKS):
        load.chunk(CHUNK)
        if number % 6 == 0:
            load.hole(number % load.settings.partitions)
    for import_id in IMPORTS:
        load.end_import(import_id)
    load.flush()


def _reached(connection: psycopg.Connection, sink: WorkerProcess, offset: int) -> bool:
    assert sink.exit_code is None, sink.output
    return consumed(connection) >= offset
