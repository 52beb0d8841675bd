"""What an answer does not know, in every answer alike: loud for people, an object for programs."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.text import Text

from tollbook_billing.unknowns import Unknowns
from tollbook_cli.spelling import plain
from tollbook_cli.statement.figures import count, quantity


def unknown_json(unknowns: Unknowns) -> dict[str, Any]:
    """The object that stands under `unknown`; its counts are zero where everything is known."""
    found: dict[str, Any] = plain(asdict(unknowns))
    return found


def unknown_notes(unknowns: Unknowns) -> Iterator[Text]:
    """A line for each thing that is not known; none where everything is."""
    if unknowns.calls_without_usage:
        yield Text(f"{count(unknowns.calls_without_usage)} calls without usage are not in it", style="yellow")
    for model in unknowns.unpriced_models:
        used = ", ".join(f"{quantity(amount)} {name}" for name, amount in model.unpriced.items())
        yield Text(f"NO PRICE: {model.provider} {model.model}: {used}, not in it", style="bold red")
    unfinished = {state: number for state, number in unknowns.windows.items() if state != "compacted" and number}
    if unfinished:
        states = ", ".join(f"{count(number)} {state}" for state, number in unfinished.items())
        yield Text(
            f"provisional: {count(unknowns.provisional_calls)} calls in windows that may change ({states})",
            style="bold red" if "disputed" in unfinished else "yellow",
        )
