"""The commands that set budgets and list what was set."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tollbook_billing import Book
from tollbook_cli.budgeting.database import Budget, enter_budget, open_budgets, read_entries
from tollbook_cli.budgeting.options import (
    Json,
    Project,
    Workspace,
    parse_amount,
    parse_month,
    parse_shares,
    parse_subject,
)
from tollbook_cli.budgeting.render import entries_table, row_json
from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.pricing.options import Why, parse_reason


def set_budget(
    *,
    workspace: Workspace = None,
    project: Project = None,
    amount: Annotated[str | None, typer.Option(help="For a UTC month.", metavar="AMOUNT")] = None,
    end: Annotated[bool, typer.Option("--end", help="Instead of an amount: no budget from then on.")] = False,
    why: Why,
    alerts: Annotated[str, typer.Option(help="Shares of it at which an alert is due.")] = "0.5,0.8,1",
    month: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM", help="The month it begins in; without it the current.")
    ] = None,
    book: Annotated[Book, typer.Option(help="cost: what providers charge; sell: what customers are charged.")] = "cost",
    currency: Annotated[str, typer.Option(help="Of the amount; only prices in it count.")] = "USD",
    json: Json = False,
) -> None:
    """Set a budget from a month on, until it is set anew. It is kept with who and why, and never rewritten.

    A project's budget may be for one workspace: only its usage there counts, and its tenant sees it.

    Needs the owner of the tables or a member of tollbook_admin. Exit code 1: refused.

    Example: tollbook budgets set --workspace acme --amount 500 --alerts 0.5,0.8,1 --why "as agreed in May"
    """
    scope, scope_id = parse_subject(workspace, project)
    reason = parse_reason(why)
    if (amount is None) is not end:
        raise typer.BadParameter("give either an --amount or --end")
    now = datetime.now(UTC)
    budget = Budget(
        scope=scope,
        scope_id=scope_id,
        workspace_id=workspace,
        book=book,
        currency=currency,
        amount=None if amount is None else parse_amount(amount),
        alert_shares=parse_shares(alerts),
        month=parse_month(month) or datetime(now.year, now.month, 1, tzinfo=UTC),
    )
    with open_budgets(resolve_settings("owner").postgres) as connection:
        outcome = enter_budget(connection, budget, reason)
    if json:
        console.print_json(data={"outcome": outcome})
    else:
        console.print(outcome)


def list_budgets(*, json: Json = False) -> None:
    """List every budget that was ever set, with who, when and why.

    Example: tollbook budgets list
    """
    with open_budgets(resolve_settings("owner").postgres) as connection:
        rows = read_entries(connection)
    if json:
        console.print_json(data=[row_json(row) for row in rows])
    else:
        console.print(entries_table(rows) if rows else "no budget was ever set")
