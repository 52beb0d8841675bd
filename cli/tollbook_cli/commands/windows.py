"""`tollbook windows`."""

from typing import Annotated

import psycopg
import typer
from rich.table import Table

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_sinks.lifecycle import MaintenanceFailedError, WindowRecord, WindowState, connect, list_windows


def command(
    state: Annotated[WindowState | None, typer.Option(help="Only the windows in this state.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
) -> None:
    """List the windows with their states and proofs.

    Each object of the JSON array holds stream, window_start, state, closed_at, compacted_at, checked_at, and of the
    last comparison ledger_events, rollup_events, ledger_calls, rollup_calls, ledger_digest, rollup_digest (SHA-256 in
    hexadecimal), sums (proven measures that are not zero) and differences (count and first, while disputed); null where
    there was none.

    Example: tollbook windows --state disputed
    """
    settings = resolve_settings("owner")
    with connect(settings.postgres, "tollbook windows") as connection:
        try:
            windows = list_windows(connection, [state] if state else ())
        except psycopg.Error as error:
            raise MaintenanceFailedError(error.diag.message_primary or str(error)) from error
    if json:
        console.print_json(data=[window.as_json() for window in windows])
    else:
        console.print(_table(windows))


def _table(windows: list[WindowRecord]) -> Table:
    table = Table("window", "stream", "state", "events", "calls", "proof", "differences")
    for record in windows:
        start = f"{record.window.start:%Y-%m-%d %H:%M}Z"
        counts = (_both(record.ledger_events, record.rollup_events), _both(record.ledger_calls, record.rollup_calls))
        proof = record.ledger_digest.hex()[:16] if record.state == "compacted" and record.ledger_digest else ""
        differences = str(record.differences["count"]) if record.differences else ""
        table.add_row(start, record.window.stream, record.state, *counts, proof, differences)
    return table


def _both(ledger: int | None, rollup: int | None) -> str:
    """One figure where both sides agree, else both."""
    if ledger is None:
        return ""
    return str(ledger) if ledger == rollup else f"{ledger} / {rollup}"
