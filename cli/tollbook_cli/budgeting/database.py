"""The list of budgets in Postgres: entered with who and why, and its alerts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from tollbook_billing import Book, open_database
from tollbook_billing.budgets import BudgetScope
from tollbook_cli.budgeting.errors import BudgetError
from tollbook_sinks.admin import record_admin_action
from tollbook_sinks.queries import read_queries

QUERIES = read_queries("tollbook_cli.budgeting", "budgets.sql")


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget as it is asked for, from a UTC month on; `amount` None ends it."""

    scope: BudgetScope
    scope_id: str
    workspace_id: str | None
    book: Book
    currency: str
    amount: Decimal | None
    alert_shares: tuple[Decimal, ...]
    month: datetime


@contextmanager
def open_budgets(dsn: str) -> Iterator[Connection[Any]]:
    """A connection; what Postgres refuses becomes a BudgetError in one sentence."""
    try:
        with open_database(dsn) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise BudgetError(
            f"{error.diag.message_primary}: budgets are set by the owner of the tables or a member of tollbook_admin"
        ) from error
    except psycopg.errors.UndefinedTable as error:
        raise BudgetError(
            f"the database has no budgets ({error.diag.message_primary}): run `tollbook migrate`"
        ) from error
    except psycopg.Error as error:
        raise BudgetError(f"{error.diag.message_primary or error}: nothing was changed") from error


def enter_budget(connection: Connection[Any], budget: Budget, why: str) -> Literal["entered", "unchanged"]:
    """Set it from its month on, with who and why, in one transaction; the same again changes nothing.

    Raises psycopg.Error for what is no budget, AdminRefusedError for a role that may not.
    """
    values = asdict(budget) | {"alert_shares": list(budget.alert_shares), "why": why}
    with connection.transaction():
        connection.execute(QUERIES["lock"])
        row = connection.execute(QUERIES["same"], values).fetchone()
        if row is not None and row[0]:
            return "unchanged"
        connection.execute(QUERIES["enter"], values)
        shares = [str(share) for share in budget.alert_shares]
        amount = None if budget.amount is None else str(budget.amount)
        details = asdict(budget) | {"amount": amount, "alert_shares": shares, "month": f"{budget.month:%Y-%m}"}
        record_admin_action(connection, "budget", why, details)
    return "entered"


def read_entries(connection: Connection[Any]) -> list[DictRow]:
    """Every entry with who, when and why."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(QUERIES["entries"]).fetchall()


def record_alerts(connection: Connection[Any], at: datetime | None) -> tuple[Sequence[DictRow], set[int]]:
    """The month's alerts on record, and the ids of those that were recorded just now."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        new = {row["id"] for row in cursor.execute(QUERIES["record"], {"at": at})}
        return cursor.execute(QUERIES["alerts"], {"at": at}).fetchall(), new
