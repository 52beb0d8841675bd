"""`tollbook maintain`."""

import logging
from typing import Annotated

import typer
from rich.table import Table

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.metrics import serve_maintainer
from tollbook_cli.stopping import stop_when_asked
from tollbook_schemas.settings import Settings
from tollbook_sinks.lifecycle import (
    DayReport,
    MaintainReport,
    RetentionReport,
    Verdict,
    explain_days,
    maintain,
    maintain_once,
)

SHOWN_REASONS = 3


def command(
    once: Annotated[bool, typer.Option("--once", help="Do one pass and stop.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say of each day of the ledger why it stays or goes; change nothing.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="With --once or --dry-run: print the outcome as one JSON document.")
    ] = False,
) -> None:
    """Make ledger days ahead, close windows, compact them with a proof, drop days that have served.

    Runs in the foreground until SIGTERM or Ctrl-C, as the role that owns the tables. One maintainer works at a time: a
    second one waits for the first to end; with --once it says who is at work and exits with 0, having done nothing. A
    window whose ledger and totals differ is kept as disputed and compared again every minute, or by --once.

    Nothing is dropped unless TOLLBOOK_LEDGER_RETENTION_DAYS is set, and with TOLLBOOK_ARCHIVE_DIR only what is written
    there and verified. --dry-run explains it, day by day.

    The JSON object of --once holds held_by (text or null), days_made, closed, compacted and disputed windows (stream,
    window_start, events, calls; differences where disputed), postponed windows, and retention: expired, archived and
    dropped days, and those left to the next pass with the reason. That of --dry-run, by example (fate is stays, goes,
    going or restored; rows are null where a day's age alone decides):

    \b
    {"days": [{"day": "2026-09-21", "fate": "stays", "rows": 12,
      "reasons": [{"code": "unfinished", "detail": "live 2026-09-21T14:00:00Z is disputed, with 12 rows"}]}]}

    Exit code 1: a window was found disputed or a day could not be dropped by --once, or Postgres refused.

    Example: tollbook maintain --once
    """
    if once and dry_run:
        raise typer.BadParameter("--once does it and --dry-run does not: name one of them")
    if json and not (once or dry_run):
        raise typer.BadParameter("--json needs --once or --dry-run: a service has no last word")
    settings = resolve_settings("owner")
    if dry_run:
        _print_days(explain_days(settings.postgres, settings), json=json)
    elif once:
        _print(maintain_once(settings.postgres, settings), json=json)
    else:
        _serve(settings)


def _serve(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(message)s")
    serve_maintainer(settings)
    maintain(settings.postgres, settings, stop_when_asked())


def _print(report: MaintainReport, *, json: bool) -> None:
    if json:
        console.print_json(data=report.as_json())
    elif report.held_by is not None:
        console.print(f"nothing done: {report.held_by} maintains this database", soft_wrap=True, markup=False)
    else:
        _print_work(report)
    if report.disputed or report.retention.left:
        raise typer.Exit(1)


def _print_work(report: MaintainReport) -> None:
    if not report.did_something:
        console.print("nothing to do")
    for day in report.days_made:
        console.print(f"made the ledger's partition for {day}")
    if report.closed:
        console.print(f"closed {len(report.closed)} windows")
    for verdict in (*report.compacted, *report.disputed):
        console.print(_line(verdict), soft_wrap=True, markup=False)
    for window in report.postponed:
        console.print(f"left to the next pass: {window}", soft_wrap=True, markup=False)
    _print_retention(report.retention)


def _print_retention(report: RetentionReport) -> None:
    for done, days in (("expired", report.expired), ("archived", report.archived), ("dropped", report.dropped)):
        for day in days:
            console.print(f"{done} the ledger's rows of {day}")
    for day, reason in report.left.items():
        console.print(f"left to the next pass: {day}: {reason}", soft_wrap=True, markup=False)


def _print_days(days: list[DayReport], *, json: bool) -> None:
    if json:
        console.print_json(data={"days": [report.as_json() for report in days]})
        return
    table = Table("day", "fate", "rows", "why it stays")
    for report in days:
        shown = [reason.detail for reason in report.reasons[:SHOWN_REASONS]]
        unseen = len(report.reasons) - len(shown)
        why = "\n".join([*shown, *([f"and {unseen} more, see --json"] if unseen else [])])
        table.add_row(report.day.isoformat(), report.fate, "" if report.rows is None else f"{report.rows:,}", why)
    console.print(table)


def _line(verdict: Verdict) -> str:
    comparison = verdict.comparison
    if verdict.state == "compacted":
        return f"compacted {verdict.window}: {comparison.ledger.events} events, {comparison.ledger.calls} calls"
    first = "".join(f"; {entry}" for entry in comparison.differences[:1])
    return f"disputed {verdict.window}: {comparison.difference_count} measures differ{first}"
