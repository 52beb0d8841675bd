"""The commands that enter prices."""

from pathlib import Path
from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.pricing.database import open_prices
from tollbook_cli.pricing.files import read_prices
from tollbook_cli.pricing.options import (
    TIME,
    Amount,
    Band,
    Batch,
    BookName,
    Currency,
    DryRun,
    Fill,
    Json,
    Model,
    Provider,
    Source,
    Tier,
    TokenClassName,
    Unit,
    Why,
    Workspace,
    parse_price,
    parse_reason,
    parse_time,
    starting_at,
)
from tollbook_cli.pricing.plan import Change
from tollbook_cli.pricing.price import Price
from tollbook_cli.pricing.render import (
    change_json,
    changes_table,
)
from tollbook_cli.pricing.seeds import genai_seeds
from tollbook_cli.pricing.table import (
    enter_prices,
    plan_prices,
    read_clock,
    refuse_bad,
)


def set_price(
    *,
    provider: Provider,
    model: Model,
    token_class: TokenClassName,
    price: Amount,
    why: Why,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help=f"{TIME}; without it the next window.")
    ] = None,
    unit: Unit = 1_000_000,
    book: BookName = "cost",
    tier: Tier = None,
    batch: Batch = False,
    above: Band = 0,
    currency: Currency = "USD",
    workspace: Workspace = None,
    source: Source = "tollbook prices set",
    fill: Fill = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Enter one price. It ends the old one's range and begins there, in one transaction.

    A start inside a window or in the past, or a size that is no prompt-size band, is refused, and nothing is entered.
    What was charged is never rewritten: see `tollbook prices correct`. A price that has not begun is withdrawn by
    setting another one from the same time.

    Exit code 1: refused. Needs the owner of the tables or a member of tollbook_admin.

    Example: tollbook prices set --provider openai --model gpt-4.1 --class input_text --price 1.8
    --from 2030-01-01 --why "list price of January"
    """
    one = parse_price(
        provider=provider,
        model=model,
        token_class=token_class,
        price=price,
        unit=unit,
        book=book,
        service_tier=tier,
        batch=batch,
        min_prompt_tokens=above,
        currency=currency,
        workspace_id=workspace,
        source=source,
    )
    _enter(
        [starting_at(one, parse_time("--from", start)) if start else one],
        parse_reason(why),
        fill=fill,
        dry_run=dry_run,
        json=json,
    )


def import_prices(
    file: Annotated[Path | None, typer.Argument(help="A .csv or .json file of prices.")] = None,
    *,
    genai_prices: Annotated[
        bool, typer.Option("--genai-prices", help="Seeds from the installed genai-prices package instead of a file.")
    ] = False,
    why: Why,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Where a row names none; without it the next window.")
    ] = None,
    fill: Fill = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Enter a file of prices, all of them or nothing.

    Columns or names: provider, model, token_class, price; and where it is not the usual: unit (1000000), book (cost),
    service_tier, batch, min_prompt_tokens (0), currency (USD), workspace_id, from, source. What is in force already is
    left as it is, so a file can be entered again.

    --genai-prices enters list prices of the `cost` book as seeds: they are marked as such and give way wherever a price
    of yours is in force, also later on. Only what the package states outright is taken; what cannot be applied exactly
    is left out and counted.

    Exit code 1: a row is wrong or refused; nothing was entered.

    Example: tollbook prices import prices.csv --why "contracts of 2030" --dry-run
    """
    if (file is None) is not genai_prices:
        raise typer.BadParameter("give either a file or --genai-prices")
    with open_prices(resolve_settings("owner").postgres) as connection:
        first = parse_time("--from", start) if start else read_clock(connection).next_window
    if file is not None:
        prices = [price if price.start else starting_at(price, first) for price in read_prices(file)]
        _enter(prices, parse_reason(why), fill=fill, dry_run=dry_run, json=json)
        return
    seeds = genai_seeds(first)
    _enter(seeds.prices, parse_reason(why), seed=True, fill=fill, dry_run=dry_run, json=json)
    if not json:
        for reason, count in sorted(seeds.left_out.items()):
            console.print(f"left out {count}: {reason}", markup=False, style="dim")


def _enter(prices: list[Price], why: str, *, fill: bool, dry_run: bool, json: bool, seed: bool = False) -> None:
    with open_prices(resolve_settings("owner").postgres) as connection:
        if dry_run:
            changes = plan_prices(connection, prices, seed=seed, fill=fill)
            print_changes(changes, json=json)
            refuse_bad(changes)
            return
        print_changes(enter_prices(connection, prices, why, seed=seed, fill=fill), json=json)


def print_changes(changes: list[Change], *, json: bool) -> None:
    """Print what becomes of each price."""
    if json:
        console.print_json(data=[change_json(change) for change in changes])
    else:
        console.print(changes_table(changes))
