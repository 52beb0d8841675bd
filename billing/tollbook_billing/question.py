"""What every question to Postgres shares: its parameters, exact answers, and errors that say what to do."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Generic, TypeVar

import psycopg
from psycopg import AsyncCursor, Connection, Cursor, sql
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads

from tollbook_billing.errors import BillingDatabaseError, BillingSchemaError, UsageRangeError
from tollbook_billing.statement import LINE_PARTS, Book, Part, UsageScope

T_co = TypeVar("T_co", covariant=True)
AnyCursor = TypeVar("AnyCursor", Cursor[DictRow], AsyncCursor[DictRow])
_exact_json = partial(json.loads, parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Question(Generic[T_co]):
    """What to ask Postgres and how to read the answer, without a connection: see tollbook_billing.asking.

    `read` takes the rows of each query, in order, each a list of dicts.
    """

    queries: tuple[sql.SQL, ...]
    parameters: Mapping[str, Any]
    read: Callable[..., T_co]


def question_of(
    scope: UsageScope,
    start: datetime | None,
    end: datetime | None,
    *,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
    by: Sequence[Part] = LINE_PARTS,
    zone: str = "UTC",
) -> dict[str, Any]:
    """The parameters of the queries in the package's `.sql` files."""
    return {
        "scope": scope.kind,
        "id": scope.id,
        "workspace": scope.workspace_id,
        "start": start,
        "end": end,
        "window": window,
        "book": book,
        "currency": currency,
        "by": list(by),
        "zone": zone,
    }


def exact(cursor: AnyCursor) -> AnyCursor:
    """The cursor, whose JSON keeps every digit from now on."""
    set_json_loads(_exact_json, cursor)
    return cursor


def exact_cursor(connection: Connection[Any]) -> Cursor[DictRow]:
    """A cursor whose rows are dicts and whose JSON keeps every digit."""
    return exact(connection.cursor(row_factory=dict_row))


@contextmanager
def explained() -> Iterator[None]:
    """Turn what Postgres refuses into billing's errors."""
    try:
        yield
    except (
        psycopg.errors.InvalidParameterValue,
        psycopg.errors.NullValueNotAllowed,
        psycopg.errors.CheckViolation,
    ) as error:
        raise UsageRangeError(" ".join(filter(None, (error.diag.message_primary, error.diag.message_hint)))) from error
    except (psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedTable) as error:
        raise BillingSchemaError(
            f"the database is not ready for billing ({error.diag.message_primary}): apply the migrations first"
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise BillingDatabaseError(
            f"{error.diag.message_primary}: billing needs SELECT on the tables and views named llm_*"
        ) from error
