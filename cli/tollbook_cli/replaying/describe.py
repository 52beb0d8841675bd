"""A replay's outcome as lines on the screen."""

from typing import Any

from rich.console import Console
from rich.markup import escape

SHOWN_DIFFERENCES = 5

_DONE = {
    "compared": "nothing was changed (--dry-run)",
    "replaced": "the replay's totals are the live ones now",
    "repaired": "disputed windows have the replay's totals now, and are compared again by the maintainer",
    "nothing_to_do": "no window is disputed: nothing to do",
}


def show(outcome: dict[str, Any], out: Console) -> None:
    """Print the outcome for a person."""
    for window in outcome["differing"]:
        _show_window(window, out)
    if outcome["status"] != "nothing_to_do":
        out.print(
            f"{outcome['records']:,} records folded in {outcome['seconds']:,.1f} s; {outcome['compared']:,} windows "
            f"compared, {outcome['equal']:,} equal",
            soft_wrap=True,
        )
    if outcome["left_out_before"]:
        out.print(f"left out: windows that start before {outcome['left_out_before']}", soft_wrap=True)
    for window in outcome["left_out"]:
        out.print(f"[yellow]left out[/yellow]: {_name(window)} stays {window['state']}", soft_wrap=True)
    if outcome["replaced"]:
        out.print(f"{outcome['replaced']:,} windows have the replay's totals", soft_wrap=True)
    if outcome["adjustments"]:
        out.print(f"{outcome['adjustments']:,} adjustments entered", soft_wrap=True)
    out.print(_DONE[outcome["status"]], soft_wrap=True)


def _show_window(window: dict[str, Any], out: Console) -> None:
    found = window["differences"]
    out.print(f"[red]differs[/red]: {_name(window)} ({window['state']}), {found['count']:,} measures", soft_wrap=True)
    for entry in found["first"][:SHOWN_DIFFERENCES]:
        named = ", ".join(f"{name}={value}" for name, value in entry["dimensions"].items())
        text = f"  {entry['measure']}: live {entry['live']:,}, replay {entry['replay']:,} ({named})"
        out.print(escape(text), soft_wrap=True)
    if found["count"] > SHOWN_DIFFERENCES:
        out.print(f"  and {found['count'] - SHOWN_DIFFERENCES:,} more", soft_wrap=True)


def _name(window: dict[str, Any]) -> str:
    return escape(f"{window['stream']} {window['window_start']}")
