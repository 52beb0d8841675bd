"""What the options of `tollbook budgets` mean."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from tollbook_billing.budgets import BudgetScope

Workspace = Annotated[str | None, typer.Option(help="The workspace's id; beside --project it narrows that.")]
Project = Annotated[str | None, typer.Option(help="The project's id.")]
Month = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="A UTC month; without it the current one.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, money as exact text.")]


def parse_subject(workspace: str | None, project: str | None) -> tuple[BudgetScope, str]:
    """Whose budget. Raises typer.BadParameter."""
    if project:
        return "project", project
    if workspace:
        return "workspace", workspace
    raise typer.BadParameter("whose budget? Give --workspace or --project")


def parse_amount(text: str) -> Decimal:
    """An amount above nothing. Raises typer.BadParameter."""
    amount = _decimal("--amount", text)
    if amount <= 0:
        raise typer.BadParameter("--amount: a budget is more than nothing; --end ends one")
    return amount


def parse_shares(text: str) -> tuple[Decimal, ...]:
    """0.5,0.8,1 in order. Raises typer.BadParameter."""
    shares = sorted(_decimal("--alerts", part) for part in text.split(","))
    if len(set(shares)) < len(shares) or not all(0 < share <= 10 for share in shares):  # noqa: PLR2004  # as the table
        raise typer.BadParameter("--alerts: give different shares of the budget, such as 0.5,0.8,1")
    return tuple(shares)


def parse_month(text: str | None) -> datetime | None:
    """The first moment of a UTC month. Raises typer.BadParameter."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: a month is written as 2030-01") from None


def _decimal(option: str, text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise typer.BadParameter(f"{option}: {text!r} is no number") from None
    if not value.is_finite():
        raise typer.BadParameter(f"{option}: {text!r} is no number")
    return value
