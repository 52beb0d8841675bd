"""One import from its file to its windows."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from psycopg import Connection

from tollbook_cli.importing.states import StreamWindow, connect, has_ended, stream_windows, wait_for_windows
from tollbook_cli.reporting import Report
from tollbook_producers.imports import (
    BadRow,
    FileCheck,
    ImportFileError,
    ImportMapping,
    ImportSender,
    RejectsWriter,
    check_file,
    send_file,
)
from tollbook_schemas import Settings

CHECK_STEP = "Rows checked (bytes)"
SEND_STEP = "Rows sent"
SHOWN_BAD_ROWS = 20

Status = Literal["checked", "refused", "imported", "already_imported"]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What to import and how far to go. `wait_seconds` None: do not wait for the windows."""

    path: Path
    mapping: ImportMapping
    rejects: Path | None = None
    skip_bad: bool = False
    dry_run: bool = False
    wait_seconds: float | None = None


@dataclass(slots=True)
class ImportOutcome:
    """What came of it. `bad_rows` are the first ones; `windows` are known where Postgres was asked."""

    status: Status
    check: FileCheck
    bad_rows: Sequence[BadRow]
    sent: int = 0
    windows: Sequence[StreamWindow] = field(default_factory=tuple)


def run_import(job: ImportJob, settings: Settings, report: Report) -> ImportOutcome:
    """Check the file and, where nothing stands against it, send it and wait.

    Postgres is asked only where the settings name one. Raises ImportFileError, MappingError, ImportSendError,
    PostgresUnreachableError and ImportWaitError; every one of them may be followed by the same import again.
    """
    latest_ms = time.time_ns() // 1_000_000 + settings.future_seconds * 1000
    check, bad_rows = _check(job, settings, latest_ms, report)
    if check.rows == 0:
        raise ImportFileError(f"{job.path}: the file has no rows below its header")
    if check.bad and (not job.skip_bad or not check.good):
        return ImportOutcome("refused", check, bad_rows)
    if job.dry_run:
        return ImportOutcome("checked", check, bad_rows)
    with ExitStack() as stack:
        database = stack.enter_context(connect(settings.postgres)) if settings.postgres else None
        return _send_and_wait(job, settings, _Checked(check, bad_rows, latest_ms), database, report)


@dataclass(frozen=True, slots=True)
class _Checked:
    check: FileCheck
    bad_rows: Sequence[BadRow]
    latest_ms: int


def _send_and_wait(
    job: ImportJob, settings: Settings, checked: _Checked, database: Connection[Any] | None, report: Report
) -> ImportOutcome:
    check = checked.check
    outcome = ImportOutcome("imported", check, checked.bad_rows)
    if database is not None and has_ended(database, check.import_id):
        outcome.status = "already_imported"
    else:
        sender = ImportSender(settings.kafka, settings.topics.imports, check.import_id)
        outcome.sent = send_file(
            job.path,
            job.mapping,
            check,
            sender,
            latest_ms=checked.latest_ms,
            on_sent=lambda sent: report(SEND_STEP, sent, check.good),
        )
    if database is not None:
        outcome.windows = (
            stream_windows(database, check.import_id, check.windows)
            if job.wait_seconds is None
            else wait_for_windows(database, check.import_id, check.windows, job.wait_seconds, report)
        )
    return outcome


def _check(job: ImportJob, settings: Settings, latest_ms: int, report: Report) -> tuple[FileCheck, Sequence[BadRow]]:
    shown: list[BadRow] = []
    with ExitStack() as stack:
        rejects = stack.enter_context(RejectsWriter(job.rejects, job.mapping.delimiter)) if job.rejects else None

        def take_header(header: tuple[str, ...]) -> None:
            if rejects is not None:
                rejects.header(header)

        def take_bad_row(row: BadRow) -> None:
            if len(shown) < SHOWN_BAD_ROWS:
                shown.append(row)
            if rejects is not None:
                rejects.add(row)

        size = job.path.stat().st_size if job.path.is_file() else 0
        check = check_file(
            job.path,
            job.mapping,
            settings.window_rule,
            latest_ms=latest_ms,
            on_bytes=lambda done: report(CHECK_STEP, done, size),
            on_header=take_header,
            on_bad_row=take_bad_row,
        )
    return check, shown
