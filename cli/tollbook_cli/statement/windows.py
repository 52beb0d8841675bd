"""The windows behind a statement, each with its proof."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tollbook_billing import WindowProof
from tollbook_cli.statement.figures import count, moment

SHOWN = 24
"""Windows that are shown without being asked for all: what is not proven first, then the latest."""
_DIGEST_CHARACTERS = 12
_STYLES = {"compacted": "green", "disputed": "bold red"}


def windows_table(windows: Sequence[WindowProof], *, show_all: bool) -> RenderableType:
    """A line for each window, oldest first; what is left out is counted."""
    shown = list(windows) if show_all else _most_telling(windows)
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, header_style="bold")
    table.add_column("window (UTC)", no_wrap=True)
    table.add_column("stream", overflow="ellipsis", no_wrap=True, max_width=16)
    table.add_column("state", no_wrap=True)
    table.add_column("calls", justify="right", no_wrap=True)
    table.add_column("proof, of the whole window", overflow="fold", ratio=1)
    for window in shown:
        state = Text(window.state, style=_STYLES.get(window.state, "yellow"))
        table.add_row(moment(window.start), Text(window.stream), state, count(window.calls), _proof(window))
    hidden = [window for window in windows if window not in shown]
    return Group(table, _hidden(hidden)) if hidden else table


def _most_telling(windows: Sequence[WindowProof]) -> list[WindowProof]:
    ranked = sorted(windows, key=lambda window: (not window.proven, window.start), reverse=True)
    return sorted(ranked[:SHOWN], key=lambda window: (window.start, window.stream))


def _hidden(hidden: list[WindowProof]) -> Text:
    proven = sum(window.proven for window in hidden)
    rest = len(hidden) - proven
    unproven = f" and {count(rest)} not proven" if rest else ""
    return Text(f"not shown: {count(proven)} proven{unproven} windows (--all-windows)", style="dim")


def _proof(window: WindowProof) -> Text:
    if window.proven and window.ledger_digest is not None:
        digest = window.ledger_digest.hex()[:_DIGEST_CHARACTERS]
        return Text(f"{count(window.ledger_calls)} calls: ledger = rollups, {digest}")
    if window.ledger_calls is None:
        return Text("not yet compared", style="yellow")
    compared = f"ledger {count(window.ledger_calls)} calls, rollups {count(window.rollup_calls)}"
    return Text(f"{compared}: they differ", style="red")
