"""Imports through all three workers: the totals are the file's, however often and however broken it came."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from support.import_files import HEADER, MAPPING, check, events_of, write_csv
from support.import_totals import workspace_statement, workspace_totals
from support.postgres import Database
from support.workers import run_worker
from tollbook_cli.importing import ImportJob, ImportOutcome, run_import
from tollbook_cli.importing.describe import describe
from tollbook_cli.reporting import unreported
from tollbook_producers.imports import ImportMapping, ImportSender
from tollbook_schemas import Settings

ROWS = tuple(
    f"2023-11-16 {18 + number % 2}:{number % 60:02d}:46.680,gpt-4o,{number},{number % 7}" for number in range(500)
)
TOTALS = (500, sum(range(500)), sum(number % 7 for number in range(500)))
WORKSPACE = "old"
IN_WORKSPACE = ImportMapping(MAPPING.columns, {**MAPPING.constants, "workspace_id": WORKSPACE})


@pytest.fixture
def pipe(settings: Settings, database: Database, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a pipe whose three workers run."""
    with ExitStack() as workers:
        for command in ("maintain", "sink", "processor"):
            workers.enter_context(run_worker(command, settings, database, tmp_path))
        yield settings.model_copy(update={"postgres": database.owner})


def import_to_the_end(job: ImportJob, settings: Settings) -> ImportOutcome:
    return run_import(replace(job, wait_seconds=120), settings, unreported)


def test_an_import_that_broke_off_is_finished_by_running_it_again(
    pipe: Settings, database: Database, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", *ROWS)
    broken_off = ImportSender(pipe, check(path, IN_WORKSPACE).check.import_id)
    for event in events_of(path, IN_WORKSPACE)[:200]:
        broken_off.send(event)
    broken_off.flush()
    first = import_to_the_end(ImportJob(path, IN_WORKSPACE), pipe)
    assert (first.status, first.sent) == ("imported", len(ROWS))
    assert workspace_totals(database, WORKSPACE) == TOTALS
    second = import_to_the_end(ImportJob(path, IN_WORKSPACE), pipe)
    assert (second.status, second.sent) == ("already_imported", 0)
    assert workspace_totals(database, WORKSPACE) == TOTALS
    described = describe(ImportJob(path, IN_WORKSPACE), second)["windows"]
    assert [window["state"] for window in described] == ["compacted", "compacted"]
    assert workspace_statement(database, WORKSPACE).confidence.is_final


def test_mended_rejects_complete_the_import_and_the_mended_file_adds_nothing(
    pipe: Settings, database: Database, tmp_path: Path
) -> None:
    broken = [row.replace("46.680", "61.680") if number % 50 == 0 else row for number, row in enumerate(ROWS)]
    path, rejects = write_csv(tmp_path / "a.csv", *broken), tmp_path / "rejects.csv"
    refused = import_to_the_end(ImportJob(path, IN_WORKSPACE), pipe)
    assert (refused.status, refused.sent) == ("refused", 0)
    partial = import_to_the_end(ImportJob(path, IN_WORKSPACE, rejects, skip_bad=True), pipe)
    assert (partial.sent, partial.check.bad) == (490, 10)
    rejects.write_text(rejects.read_text().replace("61.680", "46.680"))
    assert import_to_the_end(ImportJob(rejects, IN_WORKSPACE), pipe).sent == 10
    assert workspace_totals(database, WORKSPACE) == TOTALS
    whole = import_to_the_end(ImportJob(write_csv(tmp_path / "b.csv", *ROWS), IN_WORKSPACE), pipe)
    assert whole.sent == len(ROWS)
    assert workspace_totals(database, WORKSPACE) == TOTALS


def test_identical_rows_and_repeated_source_ids(pipe: Settings, database: Database, tmp_path: Path) -> None:
    identical = write_csv(tmp_path / "a.csv", *([ROWS[1]] * 3))
    import_to_the_end(ImportJob(identical, IN_WORKSPACE), pipe)
    assert workspace_totals(database, WORKSPACE) == (3, 3, 3)
    mapping = ImportMapping({**MAPPING.columns, "source_id": "request"}, {**MAPPING.constants, "workspace_id": "named"})
    named = write_csv(tmp_path / "b.csv", *([f"{ROWS[1]},req-1"] * 3), header=f"{HEADER},request")
    outcome = import_to_the_end(ImportJob(named, mapping), pipe)
    assert (outcome.sent, outcome.check.repeated) == (1, 2)
    assert workspace_totals(database, "named") == (1, 1, 1)
