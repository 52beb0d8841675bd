"""`tollbook maintain`."""

import logging
from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.stopping import stop_when_asked
from tollbook_schemas.settings import Settings
from tollbook_sinks.lifecycle import MaintainReport, Verdict, maintain, maintain_once


def command(
    once: Annotated[bool, typer.Option("--once", help="Do one pass and stop.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --once: print what was done as one JSON object.")] = False,
) -> None:
    """Make ledger days ahead, close windows and compact them with a proof.

    Runs in the foreground until SIGTERM or Ctrl-C, as the role that owns the tables. One maintainer works at a time: a
    second one waits for the first to end; with --once it says who is at work and exits with 0, having done nothing. A
    window whose ledger and totals differ is kept as disputed and compared again every minute, or by --once.

    The JSON object holds held_by (text or null), days_made, closed, compacted and disputed windows (stream,
    window_start, events, calls; differences where disputed) and postponed windows. Exit code 1: a window was found
    disputed by --once, or Postgres refused.

    Example: tollbook maintain --once
    """
    settings = resolve_settings("owner")
    if json and not once:
        raise typer.BadParameter("--json needs --once: a service has no last word")
    if once:
        _print(maintain_once(settings.postgres, settings), json=json)
    else:
        _serve(settings)


def _serve(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(message)s")
    maintain(settings.postgres, settings, stop_when_asked())


def _print(report: MaintainReport, *, json: bool) -> None:
    if json:
        console.print_json(data=report.as_json())
    elif report.held_by is not None:
        console.print(f"nothing done: {report.held_by} maintains this database", soft_wrap=True, markup=False)
    else:
        _print_work(report)
    if report.disputed:
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


def _line(verdict: Verdict) -> str:
    comparison = verdict.comparison
    if verdict.state == "compacted":
        return f"compacted {verdict.window}: {comparison.ledger.events} events, {comparison.ledger.calls} calls"
    first = "".join(f"; {entry}" for entry in comparison.differences[:1])
    return f"disputed {verdict.window}: {comparison.difference_count} measures differ{first}"
