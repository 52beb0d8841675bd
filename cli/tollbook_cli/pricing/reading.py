"""The commands that show prices."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.pricing.database import open_prices
from tollbook_cli.pricing.differences import differences
from tollbook_cli.pricing.entering import print_changes
from tollbook_cli.pricing.files import read_prices
from tollbook_cli.pricing.options import (
    Fill,
    Json,
    parse_time,
)
from tollbook_cli.pricing.price import Book
from tollbook_cli.pricing.render import (
    corrections_table,
    differences_table,
    history_table,
    prices_table,
    row_json,
)
from tollbook_cli.pricing.table import (
    PriceFilter,
    plan_prices,
    read_corrections,
    read_rows,
)


def list_prices(
    *,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="In force then; without it, now.")] = None,
    book: Annotated[Book | None, typer.Option(help="Only this book.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
    model: Annotated[str | None, typer.Option(help="Only this model.")] = None,
    token_class: Annotated[str | None, typer.Option("--class", help="Only this class.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Only this workspace's contracts.")] = None,
    json: Json = False,
) -> None:
    """Show the prices in force at a time.

    Example: tollbook prices list --at 2026-03-01 --provider openai --json
    """
    time = parse_time("--at", at) if at else datetime.now(UTC)
    with open_prices(resolve_settings("owner").postgres) as connection:
        rows = read_rows(connection, PriceFilter(book, provider, model, token_class, workspace, time))
    if json:
        console.print_json(data=[row_json(row) for row in rows])
    else:
        console.print(prices_table(rows) if rows else f"no price is in force at {time:%Y-%m-%d %H:%M} UTC for that")


def show_model(
    model: Annotated[str, typer.Argument(help="The model, as prices name it.")],
    *,
    provider: Annotated[str | None, typer.Option(help="Only this provider's.")] = None,
    json: Json = False,
) -> None:
    """Show a model's whole history: every range of every price, who entered and ended it, why; and corrections.

    Exit code 1: the model has no price at all. The JSON object holds `prices` and `corrections`.

    Example: tollbook prices show gpt-4.1-nano
    """
    with open_prices(resolve_settings("owner").postgres) as connection:
        rows = read_rows(connection, PriceFilter(provider=provider, model=model))
        corrections = read_corrections(connection, provider, model)
    if json:
        console.print_json(data={"prices": list(map(row_json, rows)), "corrections": list(map(row_json, corrections))})
    else:
        console.print(history_table(rows) if rows else f"{model} has no price: its usage is unpriced, not free")
        if corrections:
            console.print(corrections_table(corrections))
    if not rows and not corrections:
        raise typer.Exit(1)


def diff_prices(
    file: Annotated[Path | None, typer.Argument(help="A .csv or .json file of prices.")] = None,
    *,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="The earlier time.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="The later time; without it, now.")] = None,
    fill: Fill = False,
    json: Json = False,
) -> None:
    """Show how prices differ: between two times, or what a file would change.

    Example: tollbook prices diff --from 2026-03-01 --to 2026-04-01
    """
    if (file is None) == (start is None):
        raise typer.BadParameter("give either a file or --from TIME, with or without --to")
    with open_prices(resolve_settings("owner").postgres) as connection:
        if file is not None:
            changes = plan_prices(connection, read_prices(file), fill=fill)
            print_changes(changes, json=json)
            return
        times = (parse_time("--from", start or ""), parse_time("--to", end) if end else datetime.now(UTC))
        before, after = (read_rows(connection, PriceFilter(at=time)) for time in times)
    found = differences(before, after)
    if json:
        console.print_json(
            data=[
                {
                    **one.key._asdict(),
                    "before": one.before and row_json(one.before),
                    "after": one.after and row_json(one.after),
                }
                for one in found
            ]
        )
    else:
        console.print(differences_table(found) if found else "the same prices are in force at both times")
