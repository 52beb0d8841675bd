"""`tollbook audit`."""

from typing import Annotated

import typer
from rich.table import Table

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_sinks.audit import AuditReport, PartitionAudit, audit_database

_COUNTERS = ("consumed", "ledger", "duplicates", "conflicts", "dead_letters", "ticks", "ends", "gaps")


def command(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Prove from the tables that every offset is accounted for and that windows, days and months add up.

    Reads one snapshot while the pipe goes on, the whole ledger included. Exit code 0 when all holds; 1 when anything
    does not, with the offset, window, day or month that is wrong. A disputed window counts as wrong.

    The JSON object, by example (place is that of an offset, a window, or a day or month):

    \b
    {"ok": false, "taken_at": "2026-03-01T12:00:00.000001Z",
     "partitions": [{"kind": "live", "partition": 0, "first_offset": 0, "next_offset": 9, "ledger": 5,
       "duplicates": 1, "conflicts": 0, "dead_letters": 1, "ticks": 2, "ends": 0, "gaps": 0, "consumed": 9}],
     "windows": {"open": 1, "closed": 0, "compacted": 2, "disputed": 1, "expired": 0},
     "proven": {"events": 4, "calls": 4},
     "findings": [
       {"check": "ledger_rows", "place": {"kind": "live", "partition": 0, "offset": 3},
        "detail": "4 ledger rows, the counter says 5"},
       {"check": "disputed", "place": {"stream": "live", "window_start": "2026-03-01T10:00:00Z"},
        "detail": "2 measures of ledger and rollups differ"},
       {"check": "period_totals", "place": {"period": "day", "period_start": "2026-03-01T00:00:00Z"},
        "detail": "1 totals are not the sums of their windows; the first is missing"}]}

    Example: tollbook audit --json
    """
    settings = resolve_settings("owner")
    report = audit_database(settings.postgres, settings.window_rule)
    if json:
        console.print_json(data=report.as_json())
    else:
        _print_tables(report)
    if not report.ok:
        raise typer.Exit(1)


def _print_tables(report: AuditReport) -> None:
    if report.partitions:
        console.print(_partitions(report.partitions))
    states = ", ".join(f"{count} {state}" for state, count in report.windows.items())
    proven = f"{report.proven_events} events, {report.proven_calls} calls proven again"
    console.print(f"windows: {states}; {proven}", soft_wrap=True)
    if report.ok:
        console.print("[green]everything holds[/green]")
        return
    console.print(_findings(report))
    first = report.findings[0]
    console.print(f"wrong: {first.place}: {first.detail}", soft_wrap=True, markup=False, style="red")


def _partitions(partitions: tuple[PartitionAudit, ...]) -> Table:
    table = Table("partition", *(name.replace("_", " ") for name in _COUNTERS), title="Where every offset went")
    for partition in partitions:
        counts = (str(getattr(partition, name)) for name in _COUNTERS)
        table.add_row(f"{partition.kind} {partition.partition}", *counts)
    return table


def _findings(report: AuditReport) -> Table:
    table = Table("check", "place", "what is wrong", title=f"{len(report.findings)} findings", show_lines=True)
    for finding in report.findings:
        table.add_row(finding.check, str(finding.place), finding.detail)
    return table
