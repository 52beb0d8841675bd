"""What every question to Postgres shares: its parameters, exact answers, and errors that say what to do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads

from tollbook_billing.errors import BillingDatabaseError, BillingSchemaError, UsageRangeError
from tollbook_billing.statement import Book, UsageScope

_exact_json = partial(json.loads, parse_float=Decimal)


def question_of(
    scope: UsageScope,
    start: datetime | None,
    end: datetime | None,
    *,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> dict[str, Any]:
    """The parameters of the queries in `usage.sql` and `money.sql`."""
    return {
        "scope": scope.kind,
        "id": scope.id,
        "workspace": scope.workspace_id,
        "start": start,
        "end": end,
        "window": window,
        "book": book,
        "currency": currency,
    }


@contextmanager
def exact_cursor(connection: Connection[Any]) -> Iterator[Cursor[DictRow]]:
    """A cursor whose rows are dicts and whose JSON keeps every digit."""
    with connection.cursor(row_factory=dict_row) as cursor:
        set_json_loads(_exact_json, cursor)
        yield cursor


@contextmanager
def explained() -> Iterator[None]:
    """Turn what Postgres refuses into billing's errors."""
    try:
        yield
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.CheckViolation) as error:
        raise UsageRangeError(" ".join(filter(None, (error.diag.message_primary, error.diag.message_hint)))) from error
    except (psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedTable) as error:
        raise BillingSchemaError(
            f"the database is not ready for billing ({error.diag.message_primary}): apply the migrations first"
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise BillingDatabaseError(
            f"{error.diag.message_primary}: billing needs SELECT on the tables and views named llm_*"
        ) from error
