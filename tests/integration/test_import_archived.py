"""An archived day through all three workers into another database: the same calls, each once."""

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from support.lifecycle_case import Case, open_case
from support.postgres import Database, PostgresServer
from support.retention_case import FIRST, RETENTION, fill_days, pass_time
from support.workers import run_worker
from tollbook_cli.importing import ImportExpiredError, ImportJob, run_import
from tollbook_cli.reporting import unreported
from tollbook_producers.imports import open_events
from tollbook_schemas import Settings, UsageEvent, encode_event
from tollbook_sinks.audit import audit_database

FILE = f"llm_usage_events_{FIRST:%Y%m%d}.parquet"


def archive(case: Case) -> list[tuple[object, ...]]:
    """A day into the case's folder; the ids and digests of its rows."""
    fill_days(case)
    rows = contents(case.database)
    pass_time(case)
    assert case.maintain().retention.archived == [FIRST]
    return rows


def contents(database: Database) -> list[tuple[object, ...]]:
    """Ids and digests of all ledger rows."""
    with psycopg.connect(database.owner) as connection:
        return connection.execute("SELECT id, content_digest FROM llm_usage_events ORDER BY id").fetchall()


def write_lines(archived: Path, path: Path) -> None:
    """The events of an archived day, one a line."""
    with open_events(archived, None, 10**13) as opened:
        events = [event for event in opened.rows if isinstance(event, UsageEvent)]
    path.write_bytes(b"\n".join(encode_event(event)[1] for event in events))


def test_an_archived_day_and_its_events_as_lines_are_each_call_once(
    settings: Settings, database: Database, postgres: PostgresServer, tmp_path: Path
) -> None:
    with postgres.database() as old, open_case(old, archive_dir=tmp_path, **RETENTION) as case:
        rows = archive(case)
    write_lines(tmp_path / FILE, tmp_path / "day.jsonl")
    pipe = settings.model_copy(update={"postgres": database.owner})
    with ExitStack() as workers:
        for command in ("maintain", "sink", "processor"):
            workers.enter_context(run_worker(command, settings, database, tmp_path))
        for name, ledger_events in ((FILE, 13), ("day.jsonl", 0)):
            outcome = run_import(ImportJob(tmp_path / name, None, wait_seconds=60), pipe, unreported)
            assert (outcome.status, outcome.sent) == ("imported", 13)
            assert [window.ledger_events for window in outcome.windows] == [ledger_events]
            assert contents(database) == rows
    assert audit_database(database.owner, settings.window_rule).findings == ()


def test_into_the_ledger_that_dropped_the_day_it_is_refused_before_anything_is_sent(
    database: Database, tmp_path: Path
) -> None:
    with open_case(database, archive_dir=tmp_path, **RETENTION) as case:
        archive(case)
        nowhere = case.settings.model_copy(update={"postgres": database.owner, "kafka": "127.0.0.1:1"})
        with pytest.raises(ImportExpiredError, match="the first is 2026-09-21"):
            run_import(ImportJob(tmp_path / FILE, None), nowhere, unreported)
        assert [row["outcome"] for row in case.run("admin_actions")] == ["begun", "failed"]
