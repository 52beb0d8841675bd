"""The options that the commands for prices share, and what is made of them."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from tollbook_cli.pricing.price import TOKEN_CLASSES, Book, Price

Json = Annotated[bool, typer.Option("--json", help="Print JSON, money as exact text.")]
Why = Annotated[str, typer.Option(help="The reason, kept with your role and the time for ever.", metavar="REASON")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
Fill = Annotated[bool, typer.Option("--fill", help="Allow a start in the past where no price was in force.")]
Provider = Annotated[str, typer.Option(help="As in the events: openai, gemini, xai ...")]
Model = Annotated[str, typer.Option(help="The model that answered, as the provider names it.")]
TokenClassName = Annotated[str, typer.Option("--class", help=", ".join(TOKEN_CLASSES), metavar="CLASS")]
Amount = Annotated[str, typer.Option("--price", help="For one unit, at most 12 decimals.", metavar="AMOUNT")]
Unit = Annotated[int, typer.Option(help="What the price buys: 1, 1000 or 1000000 tokens, seconds, images, searches.")]
BookName = Annotated[Book, typer.Option(help="cost: what providers charge; sell: what customers are charged.")]
Tier = Annotated[str | None, typer.Option(help="The service tier; without it the standard tier.")]
Batch = Annotated[bool, typer.Option("--batch", help="The price in a batch.")]
Band = Annotated[int, typer.Option("--above", help="For prompts above so many tokens; a prompt-size band.")]
Currency = Annotated[str, typer.Option(help="ISO 4217.")]
Workspace = Annotated[str | None, typer.Option(help="A contract of this workspace; without it, everybody's price.")]
Source = Annotated[str, typer.Option(help="Where the price stands: a contract, a page, a mail.")]
TIME = "A window's start, UTC unless it names a zone"


def parse_price(**fields: Any) -> Price:
    """A price out of options. Raises typer.BadParameter."""
    try:
        return Price.model_validate(fields)
    except ValidationError as error:
        problems = (str(problem["msg"]).removeprefix("Value error, ") for problem in error.errors())
        raise typer.BadParameter("; ".join(problems)) from None


def starting_at(price: Price, start: datetime) -> Price:
    """The same price from another time on."""
    return price.model_copy(update={"start": start})


def parse_reason(why: str) -> str:
    """A reason that says something. Raises typer.BadParameter."""
    if not why.strip():
        raise typer.BadParameter("--why: say why, in words that someone can read in a year")
    return why.strip()


def parse_time(option: str, text: str) -> datetime:
    """A time, UTC unless it names a zone. Raises typer.BadParameter."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{option} {text!r}: give a date or a time such as 2026-03-01 or 2026-03-01T09:00Z"
        ) from None
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
