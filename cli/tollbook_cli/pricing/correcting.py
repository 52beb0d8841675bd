"""The command that enters corrections of past prices."""

from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.pricing.correct import correct_prices
from tollbook_cli.pricing.database import open_prices
from tollbook_cli.pricing.options import (
    TIME,
    Amount,
    Band,
    Batch,
    BookName,
    Currency,
    DryRun,
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
)
from tollbook_cli.pricing.render import (
    correction_json,
    correction_row,
    corrections_table,
)


def correct_price(
    *,
    provider: Provider,
    model: Model,
    token_class: TokenClassName,
    price: Amount,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=f"{TIME}, in the past.")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help=f"{TIME}, exclusive, not in the future.")],
    why: Why,
    unit: Unit = 1_000_000,
    book: BookName = "cost",
    tier: Tier = None,
    batch: Batch = False,
    above: Band = 0,
    currency: Currency = "USD",
    workspace: Workspace = None,
    source: Source = "tollbook prices correct",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Enter what a price should have been in the past, beside what was charged.

    The price list is not rewritten: answers go on showing the cost at the price that was in force, and apart from it
    the difference as corrections, and the total. The entry keeps old and new price, quantity and difference by
    workspace, who and why; there is one for each old price in the range. Usage that comes late is corrected too.

    Exit code 1: refused. Needs the owner of the tables or a member of tollbook_admin.

    Example: tollbook prices correct --provider openai --model gpt-4.1 --class input_text --price 1.8
    --from 2026-03-01 --to 2026-04-01 --why "rebate of March, credit note 17"
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
    first, last = parse_time("--from", start), parse_time("--to", end)
    with open_prices(resolve_settings("owner").postgres) as connection:
        corrections = correct_prices(connection, one, first, last, parse_reason(why), dry_run=dry_run)
    if json:
        console.print_json(data=[correction_json(correction) for correction in corrections])
    else:
        console.print(corrections_table(map(correction_row, corrections)))
        if dry_run:
            console.print("nothing was entered (--dry-run)")
