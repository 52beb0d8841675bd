"""What is spent of a budget, in its month."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from psycopg.rows import DictRow

from tollbook_billing.asking import Asked
from tollbook_billing.queries import load_queries
from tollbook_billing.question import Question
from tollbook_billing.statement import Book

BudgetScope = Literal["workspace", "project"]
_SQL = load_queries("budgets.sql")


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """A budget in its UTC month, and what is spent of it.

    `spent` is exact, provisional usage included: zero without calls, None where none of them has a price. It leaves out
    `unpriced` (class to quantity) and `calls_without_usage`; `is_complete` says that there is neither. `share` is spent
    of amount, cut off after six digits; `alert_share` is the highest of `alert_shares` that is reached, None for none.
    """

    budget_id: int
    scope: BudgetScope
    scope_id: str
    workspace_id: str | None
    book: Book
    currency: str
    month: datetime
    amount: Decimal
    alert_shares: tuple[Decimal, ...]
    spent: Decimal | None
    share: Decimal | None
    alert_share: Decimal | None
    is_spent: bool | None
    provisional: Decimal | None
    calls: int
    provisional_calls: int
    calls_without_usage: int
    unpriced: dict[str, Decimal]
    is_complete: bool


@Asked
def budget_status(scope: BudgetScope, scope_id: str, at: datetime | None = None) -> Question[tuple[BudgetStatus, ...]]:
    """The budgets of a workspace or project in the UTC month of `at` (now), one a book.

    Raises what project_usage does.
    """
    return Question((_SQL["status"],), {"scope": scope, "id": scope_id, "at": at}, read_statuses)


@Asked
def budget_statuses(at: datetime | None = None) -> Question[tuple[BudgetStatus, ...]]:
    """All budgets of the month that `at` is in (now); raises what project_usage does."""
    return Question((_SQL["statuses"],), {"at": at}, read_statuses)


def read_statuses(rows: list[DictRow]) -> tuple[BudgetStatus, ...]:
    """Out of rows of get_budget_status."""
    return tuple(_status(row) for row in rows)


def _status(row: DictRow) -> BudgetStatus:
    unpriced = {name: Decimal(quantity) for name, quantity in sorted(row["unpriced"].items())}
    made = {"month": row["month"].astimezone(UTC), "alert_shares": tuple(row["alert_shares"]), "unpriced": unpriced}
    return BudgetStatus(**row | made)
