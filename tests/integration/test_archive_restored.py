"""An archived day comes back as the rows that it was, once, and leaves again when it is released."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from psycopg import Connection

from support.lifecycle_case import IMPORT, Case, call, open_case
from support.postgres import Database
from support.retention_case import FIRST, LATER, RETENTION, answers, explain, fill_days, pass_time
from support.waiting import eventually
from support.workers import run_worker
from tollbook_sinks.archive import ArchiveError, RestoreError, release_day, restore_day
from tollbook_sinks.lifecycle import connect

FILE = f"llm_usage_events_{FIRST:%Y%m%d}.parquet"


@pytest.fixture
def case(database: Database, tmp_path: Path) -> Iterator[Case]:
    with open_case(database, archive_dir=tmp_path, **RETENTION) as made:
        fill_days(made)
        pass_time(made)
        yield made


@pytest.fixture
def owner(case: Case) -> Iterator[Connection]:
    with connect(case.database.owner, "test") as connection:
        yield connection


def test_a_restored_day_is_the_day_that_was_dropped(case: Case, owner: Connection, tmp_path: Path) -> None:
    rows = case.run("ledger_rows")
    case.maintain()
    kept = answers(case)
    assert case.run("ledger_rows") == []
    assert restore_day(owner, tmp_path / FILE).rows == 13
    assert case.run("ledger_rows") == rows
    assert answers(case) == kept
    assert case.audit().findings == ()
    assert not case.maintain().retention.did_something
    assert explain(case)[FIRST].fate == "restored"
    with pytest.raises(RestoreError, match="still in this ledger"):
        restore_day(owner, tmp_path / FILE)


def test_nothing_new_is_written_into_it_and_it_leaves_when_it_is_released(
    case: Case, owner: Connection, tmp_path: Path
) -> None:
    case.maintain()
    restore_day(owner, tmp_path / FILE)
    case.log.event(call(5, "new"), LATER, 0, IMPORT)
    case.log.end(IMPORT, LATER)
    case.log.sink()
    assert len(case.run("ledger_rows")) == 13
    release_day(owner, FIRST)
    assert case.maintain().retention.dropped == [FIRST]
    assert case.audit().findings == ()
    with pytest.raises(RestoreError, match="no restored day"):
        release_day(owner, FIRST)


def test_only_the_very_file_of_that_day_is_taken(case: Case, owner: Connection, tmp_path: Path) -> None:
    case.maintain()
    table = pq.read_table(tmp_path / FILE)
    changed = tmp_path / "changed.parquet"
    pq.write_table(table.slice(1), changed)
    with pytest.raises(ArchiveError, match="not those that its own metadata prove"):
        restore_day(owner, changed)
    pq.write_table(table.replace_schema_metadata(None), changed)
    with pytest.raises(ArchiveError, match="no archived day"):
        restore_day(owner, changed)
    case.run("forget_expiry")
    with pytest.raises(RestoreError, match="tollbook import"):
        restore_day(owner, tmp_path / FILE)
    assert case.run("ledger_rows") == []


def test_the_command_restores_and_releases_and_is_on_record(case: Case, tmp_path: Path) -> None:
    case.maintain()
    restored = run(case, tmp_path, f"restore {tmp_path / FILE} --why a-test --json")
    assert json.loads(restored) == {"day": "2026-09-21", "state": "restored", "rows": 13}
    assert "released 2026-09-21" in run(case, tmp_path, "restore --release 2026-09-21 --why a-test")
    assert [(row["action"], row["outcome"]) for row in case.run("admin_actions")] == [
        ("restore", "begun"),
        ("restore", "done"),
        ("release", "begun"),
        ("release", "done"),
    ]


def run(case: Case, folder: Path, command: str) -> str:
    """What a command prints; it must succeed."""
    (folder / "logs").mkdir(exist_ok=True)
    (folder / "logs" / "restore-processor-1.log").unlink(missing_ok=True)
    with run_worker(command, case.settings, case.database, folder / "logs") as worker:
        eventually(lambda: worker.exit_code is not None)
        assert worker.exit_code == 0, worker.output
        return worker.output
