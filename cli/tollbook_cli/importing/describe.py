"""An import's outcome as JSON and as lines on the screen."""

from typing import Any

from rich.console import Console
from rich.markup import escape

from tollbook_cli.importing.job import ImportJob, ImportOutcome
from tollbook_cli.importing.states import StreamWindow
from tollbook_schemas.ids import ms_to_datetime


def describe(job: ImportJob, outcome: ImportOutcome) -> dict[str, Any]:
    """What `tollbook import --json` prints.

    `status` is `imported`, `already_imported` (nothing was sent), `checked` (--dry-run) or `refused` (bad rows, nothing
    was sent). `rows` = `good` + `bad` + `repeated`; `bad_rows` are the first 20; `rejects` is the file of all of them
    or null; `windows` are those that Postgres knows, `events`, `calls` and `digest` null until compacted.
    """
    check = outcome.check
    return {
        "status": outcome.status,
        "import_id": check.import_id,
        "file": str(job.path),
        "rows": check.rows,
        "good": check.good,
        "bad": check.bad,
        "repeated": check.repeated,
        "calls": check.calls,
        "sent": outcome.sent,
        "bad_rows": [{"line": row.line, "reason": row.reason} for row in outcome.bad_rows],
        "rejects": str(job.rejects) if job.rejects and check.bad else None,
        "windows": [_window(window) for window in outcome.windows],
    }


def _window(window: StreamWindow) -> dict[str, Any]:
    return {
        "start": ms_to_datetime(window.start_ms).isoformat().replace("+00:00", "Z"),
        "state": window.state,
        "events": window.ledger_events,
        "calls": window.ledger_calls,
        "prompt_tokens": window.prompt_tokens,
        "completion_tokens": window.completion_tokens,
        "digest": window.ledger_digest.hex() if window.ledger_digest else None,
    }


def show(job: ImportJob, outcome: ImportOutcome, out: Console) -> None:
    """Print the outcome for a person."""
    check = outcome.check
    _show_bad_rows(job, outcome, out)
    verdict = {
        "imported": f"{outcome.sent:,} sent and acknowledged",
        "already_imported": "this import has ended before: nothing was sent",
        "checked": "nothing was sent (--dry-run)",
        "refused": "[red]nothing was sent[/red]",
    }[outcome.status]
    repeated = f", {check.repeated:,} repeated" if check.repeated else ""
    out.print(f"{check.rows:,} rows: {check.good:,} good, {check.bad:,} bad{repeated}; {verdict}", soft_wrap=True)
    out.print(f"import {check.import_id}", soft_wrap=True)
    for window in outcome.windows:
        row = _window(window)
        proof = f", {row['calls']:,} calls proven in ledger and rollup" if row["calls"] is not None else ""
        out.print(f"window {row['start']}  {row['state']}{proof}", soft_wrap=True)
    if outcome.status == "refused" and check.good:
        out.print("mend the file, or import the good rows with --skip-bad --rejects FILE.csv", soft_wrap=True)


def _show_bad_rows(job: ImportJob, outcome: ImportOutcome, out: Console) -> None:
    for row in outcome.bad_rows:
        out.print(f"[yellow]line {row.line}[/yellow]: {escape(row.reason)}", soft_wrap=True)
    unseen = outcome.check.bad - len(outcome.bad_rows)
    if unseen:
        out.print(f"and {unseen:,} more", soft_wrap=True)
    if outcome.check.bad and job.rejects:
        out.print(f"the bad rows are in {escape(str(job.rejects))}: mend them and import that file", soft_wrap=True)
