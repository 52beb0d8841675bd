"""The price list in Postgres: read, and changed in one transaction with who and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from tollbook_cli.pricing.database import QUERIES
from tollbook_cli.pricing.errors import PricesRefusedError
from tollbook_cli.pricing.plan import Change, Clock, PriceRow, plan_changes
from tollbook_cli.pricing.price import Price, PriceKey
from tollbook_sinks.admin import record_admin_action

MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class PriceFilter:
    """Which rows to read; None is no filter. `at`: those in force then."""

    book: str | None = None
    provider: str | None = None
    model: str | None = None
    token_class: str | None = None
    workspace: str | None = None
    at: datetime | None = None


def read_rows(connection: Connection[Any], chosen: PriceFilter) -> list[DictRow]:
    """Rows of the price list with who, when and why, ordered by what they price and when."""
    values = {name: getattr(chosen, name) for name in PriceFilter.__slots__}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(QUERIES["rows"], values).fetchall()


def read_corrections(connection: Connection[Any], provider: str | None, model: str | None) -> list[DictRow]:
    """Corrections of past prices, as they were entered."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(QUERIES["corrections"], {"provider": provider, "model": model}).fetchall()


def read_clock(connection: Connection[Any]) -> Clock:
    """The database's time and the width of its windows."""
    row = connection.execute(QUERIES["clock"]).fetchone()
    if row is None:
        raise LookupError("a query without a table gave no row")
    return Clock(*row)


def plan_prices(
    connection: Connection[Any], prices: Sequence[Price], *, seed: bool = False, fill: bool = False
) -> list[Change]:
    """What entering the prices would change."""
    rows = [price_row(row) for row in read_rows(connection, PriceFilter())]
    return plan_changes(rows, prices, read_clock(connection), seed=seed, fill=fill)


def enter_prices(
    connection: Connection[Any], prices: Sequence[Price], why: str, *, seed: bool = False, fill: bool = False
) -> list[Change]:
    """Enter all prices or none, in one transaction that says why; returns what changed.

    Raises PricesRefusedError with the reasons; AdminRefusedError for a role that may not.
    """
    with connection.transaction():
        connection.execute(QUERIES["lock"])
        changes = plan_prices(connection, prices, seed=seed, fill=fill)
        refuse_bad(changes)
        entered = [change for change in changes if change.kind in ("new", "changed")]
        for change in entered:
            _enter(connection, change, why, seed=seed)
        if entered:
            counts = {"entered": len(entered), "ended": sum(change.old is not None for change in entered)}
            record_admin_action(connection, "prices", why, counts | {"source": entered[0].price.source})
    return changes


def refuse_bad(changes: Sequence[Change]) -> None:
    """Raise PricesRefusedError if any change is refused."""
    reasons = [change.reason for change in changes if change.kind == "refused"]
    if reasons:
        more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
        raise PricesRefusedError(f"no price was entered: {'; '.join(reasons[:MOST_REASONS])}{more}")


def price_row(row: DictRow) -> PriceRow:
    """A row as planning sees it."""
    return PriceRow(
        id=row["id"],
        key=PriceKey(*(row[name] for name in PriceKey._fields)),
        price=row["price"],
        unit=row["unit"],
        per_one=row["price_per_one"],
        start=row["starts"],
        end=row["ends"],
        seed=row["seed"],
        withdrawn=row["withdrawn"],
    )


def _enter(connection: Connection[Any], change: Change, why: str, *, seed: bool) -> None:
    if change.old is not None:
        connection.execute(QUERIES["end_price"], {"id": change.old.id, "at": change.start, "why": why})
    price = change.price
    values = price.key._asdict() | {"unit": price.unit, "price": price.price, "source": price.source}
    connection.execute(
        QUERIES["enter_price"], values | {"start": change.start, "end": change.end, "seed": seed, "why": why}
    )
