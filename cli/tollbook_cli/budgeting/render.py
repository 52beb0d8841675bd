"""Budgets for people (tables) and for programs (JSON)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tollbook_billing.budgets import BudgetStatus
from tollbook_cli.spelling import plain
from tollbook_cli.statement.figures import UNKNOWN, count, money
from tollbook_cli.tables import new_table


def status_json(status: BudgetStatus) -> dict[str, Any]:
    """Money and shares as exact text; null: unknown."""
    found: dict[str, Any] = plain(asdict(status))
    return found


def row_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry or an alert."""
    return {name: plain(value) for name, value in row.items()}


def statuses_table(statuses: Sequence[BudgetStatus]) -> RenderableType:
    """Spent, share, alert, and what is not in the figure."""
    if not statuses:
        return Text("no budget is set there for that month")
    table = new_table("budget of", "month", right=("spent", "of", "share", "alert"))
    table.add_column("not in it", overflow="fold")
    for one in statuses:
        table.add_row(
            _subject(one.scope, one.scope_id, one.workspace_id, one.book),
            f"{one.month:%Y-%m}",
            _spent(one),
            f"{money(one.amount)} {one.currency}",
            _share(one),
            UNKNOWN if one.alert_share is None else Text(percent(one.alert_share), style="yellow"),
            _missing(one),
        )
    return table


def entries_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Every entry with who and why."""
    table = new_table("budget of", "from", right=("a month", "alerts at"))
    table.add_column("who and why", overflow="fold")
    for row in rows:
        amount = "ended" if row["amount"] is None else f"{money(row['amount'])} {row['currency']}"
        shares = ", ".join(map(percent, row["alert_shares"]))
        story = f"{row['created_by']}, {row['created_at']:%Y-%m-%d %H:%M}: {row['why']}"
        subject = _subject(row["scope"], row["scope_id"], row["workspace_id"], row["book"])
        table.add_row(subject, f"{row['starts']:%Y-%m}", amount, shares, Text(story))
    return table


def alerts_table(rows: Sequence[Mapping[str, Any]], new: Collection[int]) -> RenderableType:
    """The month's alerts, new ones loud."""
    if not rows:
        return Text("no alert is due")
    table = new_table("alert", "budget of", "month", right=("reached", "spent", "of"))
    for row in rows:
        table.add_row(
            Text("NEW", style="bold red") if row["id"] in new else "on record",
            _subject(row["scope"], row["scope_id"], row["workspace_id"], row["book"]),
            f"{row['month']:%Y-%m}",
            percent(row["share"]),
            money(row["spent"]),
            f"{money(row['amount'])} {row['currency']}",
        )
    return Group(table, Text(f"{count(len(new))} new"))


def percent(share: Decimal) -> str:
    """0.8 as 80 %, exact."""
    return f"{plain(share * 100)} %"


def _subject(scope: str, scope_id: str, workspace_id: str | None, book: str) -> Text:
    within = f" in {workspace_id}" if scope == "project" and workspace_id else ""
    return Text(f"{scope} {scope_id}{within} ({book})")


def _spent(status: BudgetStatus) -> Text:
    return Text(money(status.spent), style="bold red" if status.is_spent else "")


def _share(status: BudgetStatus) -> str:
    return UNKNOWN if status.share is None else percent(status.share)


def _missing(status: BudgetStatus) -> Text:
    parts = [f"{count(status.calls_without_usage)} calls without usage"] if status.calls_without_usage else []
    parts += [f"UNPRICED {plain(quantity)} {name}" for name, quantity in status.unpriced.items()]
    return Text("\n".join(parts), style="red")
