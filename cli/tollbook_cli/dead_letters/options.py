"""The options by which the commands choose letters."""

from typing import Annotated, Literal

import typer

from tollbook_cli.pricing.options import parse_time
from tollbook_sinks.dead_letters import REASONS, BadPlaceError, Choice, Place

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Letters = Annotated[
    list[str] | None, typer.Argument(metavar="[LETTER]...", help="By place: kind/partition/offset, such as live/0/17.")
]
Reasons = Annotated[
    list[str] | None, typer.Option("--reason", help=f"Repeatable: {', '.join(REASONS)}.", metavar="REASON")
]
Since = Annotated[str | None, typer.Option(help="Taken by the broker then or later; UTC unless it names a zone.")]
Until = Annotated[str | None, typer.Option(help="Taken by the broker before that.")]
Kind = Annotated[
    Literal["live", "import"] | None, typer.Option(help="live: the topic of events; import: that of imports.")
]
Partition = Annotated[int | None, typer.Option(help="Of the topic.", min=0)]


def choose(
    *,
    letters: list[str] | None = None,
    reasons: list[str] | None,
    since: str | None,
    until: str | None,
    kind: Literal["live", "import"] | None,
    partition: int | None,
) -> Choice:
    """The letters that the options choose. Raises typer.BadParameter."""
    unknown = [reason for reason in reasons or () if reason not in REASONS]
    if unknown:
        raise typer.BadParameter(f"--reason {unknown[0]!r}: the reasons are {', '.join(REASONS)}")
    return Choice(
        places=tuple(parse_place(text) for text in letters or ()),
        reasons=tuple(reasons or ()),
        since=None if since is None else parse_time("--since", since),
        until=None if until is None else parse_time("--until", until),
        kind=kind,
        partition=partition,
    )


def parse_place(text: str) -> Place:
    """The place that the text names. Raises typer.BadParameter."""
    try:
        return Place.parse(text)
    except BadPlaceError as error:
        raise typer.BadParameter(str(error)) from None
