"""Killed with -9 at each seam of a day's way out, and run again: always the same end."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from conftest import Report
from support.lifecycle_case import Case, open_case
from support.postgres import Database
from support.retention_case import FIRST, RETENTION, answers, explain, fill_days, pass_time
from support.waiting import eventually
from tollbook_cli.environment import settings_environment

RETAIN = "tollbook_sinks.lifecycle.retention"
ARCHIVE = "tollbook_sinks.archive.write"
SEAMS = (
    ("before", f"{RETAIN}.expiry:expire", "goes"),
    ("after", f"{RETAIN}.expiry:expire", "going"),
    ("before", f"{ARCHIVE}:_put_in_place", "going"),
    ("after", f"{ARCHIVE}:_put_in_place", "going"),
    ("after", f"{RETAIN}.archiving:_record", "going"),
    ("after", f"{RETAIN}.leaving:detach", "going"),
    ("after", f"{RETAIN}.expiry:drop", "gone"),
)
"""When, where, and what the dry run says of the day then."""


def test_killed_at_every_seam_in_turn_it_ends_the_same(database: Database, tmp_path: Path, report: Report) -> None:
    """Each run goes on from where the one before was killed, and is killed at the next seam."""
    with open_case(database, archive_dir=tmp_path / "archive", **RETENTION) as case:
        fill_days(case, 2)
        pass_time(case)
        for moment, place, fate in SEAMS:
            kill_at(case, moment, place)
            assert fate_of_the_day(case) == fate
            assert case.audit().findings == ()
        check_the_end(case, tmp_path / "archive")
    report(f"rounds {len(SEAMS)}, kills {len(SEAMS)}, lost 0, double 0")


def test_a_detach_that_is_cut_off_in_its_middle_is_finished(database: Database, tmp_path: Path) -> None:
    """Postgres' own seam: the backend is ended between the two transactions of a detach."""
    with open_case(database, archive_dir=tmp_path / "archive", **RETENTION) as case:
        fill_days(case, 2)
        pass_time(case)
        with psycopg.connect(database.owner) as reader:
            reader.execute("SELECT count(*) FROM llm_usage_events")  # the second transaction waits for this one
            with start_pass(case) as maintainer:
                wait_until_detaching(case)
                maintainer.kill()
            case.run("end_maintainers")
        assert fate_of_the_day(case) == "going"
        assert case.audit().findings == ()
        case.maintain()
        check_the_end(case, tmp_path / "archive")


def check_the_end(case: Case, folder: Path) -> None:
    """The day is archived and gone, all else is there, and nothing lies about."""
    assert FIRST not in explain(case)
    (record,) = case.run("expired_days")
    assert record["dropped_at"] is not None
    assert record["ledger_rows"] == 13
    assert [path.name for path in folder.iterdir()] == [record["file_name"]]
    assert len(case.run("ledger_rows")) == 1
    assert {row["of"] for row in answers(case)} == {"window", "rollup", "session", "operation", "adjustment"}
    assert case.audit().findings == ()
    assert not case.maintain().retention.did_something


def fate_of_the_day(case: Case) -> str:
    """What is to be seen of the day."""
    found = explain(case).get(FIRST)
    return "gone" if found is None else found.fate


def kill_at(case: Case, moment: str, place: str) -> None:
    """A pass in a process of its own that dies there."""
    done = subprocess.run(
        [sys.executable, "-m", "support.killed_maintainer", moment, place], env=environment(case), check=False
    )
    assert done.returncode == -signal.SIGKILL


def start_pass(case: Case) -> "subprocess.Popen[bytes]":
    """A whole pass in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tollbook_cli", "maintain", "--once"], env=environment(case))


def environment(case: Case) -> dict[str, Any]:
    """The case's settings, for the owner of the tables."""
    settings = case.settings.model_copy(update={"postgres": case.database.owner})
    paths = os.pathsep.join(["tests", os.environ.get("PYTHONPATH", "")])
    return {**os.environ, **settings_environment(settings), "PYTHONPATH": paths}


def wait_until_detaching(case: Case) -> None:
    """Until the first of the detach's transactions is committed."""
    eventually(lambda: case.run("detaching"))
