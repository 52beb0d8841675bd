"""One import from its file to its windows."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from psycopg import Connection

from tollbook_cli.importing.states import (
    StreamWindow,
    connect,
    has_ended,
    refuse_expired,
    stream_windows,
    wait_for_windows,
)
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
from tollbook_sinks.admin import admin_action

CHECK_STEP = "Rows checked (bytes)"
SEND_STEP = "Rows sent"
SHOWN_BAD_ROWS = 20

Status = Literal["checked", "refused", "imported", "already_imported"]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What to import and how far to go. `wait_seconds` None: do not wait for the windows.

    A file of events has no mapping, and takes neither `rejects` nor `skip_bad`: mend it, or what wrote it.
    """

    path: Path
    mapping: ImportMapping | None
    rejects: Path | None = None
    skip_bad: bool = False
    dry_run: bool = False
    wait_seconds: float | None = None
    why: str = "an import of old usage"


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

    Postgres is asked only where the settings name one: then it is an administrator's action, on record. Raises
    ImportFileError, MappingError, ImportSendError, ImportExpiredError, AdminBusyError, AdminRefusedError,
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
    checked = _Checked(check, bad_rows, latest_ms)
    if not settings.postgres:
        return ImportOutcome("imported", check, bad_rows, _send(job, settings, checked, report))
    with connect(settings.postgres) as database:
        return _import_on_record(job, settings, checked, database, report)


@dataclass(frozen=True, slots=True)
class _Checked:
    check: FileCheck
    bad_rows: Sequence[BadRow]
    latest_ms: int


def _import_on_record(
    job: ImportJob, settings: Settings, checked: _Checked, database: Connection[Any], report: Report
) -> ImportOutcome:
    """As an administrator's action, to its end: while one is at work no day leaves the ledger."""
    check = checked.check
    if has_ended(database, check.import_id):
        windows = _windows(job, check, database, report)
        return ImportOutcome("already_imported", check, checked.bad_rows, windows=windows)
    details = {"import_id": check.import_id, "file": job.path.name, "rows": check.good}
    with admin_action(database, "import", job.why, details) as action:
        refuse_expired(database, check.windows)
        sent = action.result["sent"] = _send(job, settings, checked, report)
        windows = _windows(job, check, database, report)
    return ImportOutcome("imported", check, checked.bad_rows, sent, windows)


def _send(job: ImportJob, settings: Settings, checked: _Checked, report: Report) -> int:
    check = checked.check
    return send_file(
        job.path,
        job.mapping,
        check,
        ImportSender(settings, check.import_id),
        latest_ms=checked.latest_ms,
        on_sent=lambda sent: report(SEND_STEP, sent, check.good),
    )


def _windows(job: ImportJob, check: FileCheck, database: Connection[Any], report: Report) -> Sequence[StreamWindow]:
    if job.wait_seconds is None:
        return stream_windows(database, check.import_id, check.windows)
    return wait_for_windows(database, check.import_id, check.windows, job.wait_seconds, report)


def _check(job: ImportJob, settings: Settings, latest_ms: int, report: Report) -> tuple[FileCheck, Sequence[BadRow]]:
    shown: list[BadRow] = []
    with ExitStack() as stack:
        delimiter = job.mapping.delimiter if job.mapping else ","
        rejects = stack.enter_context(RejectsWriter(job.rejects, delimiter)) if job.rejects else None

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
