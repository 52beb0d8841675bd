"""Corrections of past prices: entries beside the price list, with the difference, never a rewrite."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from tollbook_billing.usage import exact_sum
from tollbook_cli.pricing.database import QUERIES
from tollbook_cli.pricing.errors import PricesRefusedError
from tollbook_cli.pricing.price import Price, describe_key
from tollbook_cli.pricing.supposed import supposed_json
from tollbook_cli.pricing.table import read_clock
from tollbook_sinks.admin import record_admin_action


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry: what the windows of [start, end) should have been charged, and what that changes, by workspace.

    `old_per_one` None: there was no price. `difference` is exact, in the price's currency.
    """

    price: Price
    start: datetime
    end: datetime
    old_per_one: Decimal | None
    quantity: Decimal
    difference: Decimal
    by_workspace: dict[str | None, Decimal]


def correct_prices(
    connection: Connection[Any], price: Price, start: datetime, end: datetime, why: str, *, dry_run: bool = False
) -> list[Correction]:
    """Enter what a past price should have been in [start, end), an entry for each old price in it.

    All of it or nothing, in one transaction; a dry run enters nothing. Raises PricesRefusedError for a range that is
    not past or not on windows, or where the price is already that.
    """
    with connection.transaction(force_rollback=dry_run):
        connection.execute(QUERIES["lock"])
        _check_range(connection, price, start, end)
        corrections = list(_corrections(connection, price, start, end))
        if not corrections:
            raise PricesRefusedError(f"nothing to correct: {describe_key(price.key)} already has that price there")
        ids = [_enter(connection, correction, why) for correction in corrections]
        record_admin_action(connection, "price correction", why, _details(corrections, ids))
    return corrections


def _check_range(connection: Connection[Any], price: Price, start: datetime, end: datetime) -> None:
    clock = read_clock(connection)
    if not (clock.is_boundary(start) and clock.is_boundary(end)):
        minutes = clock.window.total_seconds() / 60
        raise PricesRefusedError(
            f"a correction begins and ends on windows of {minutes:g} minutes, UTC: a window has one price"
        )
    if start >= end:
        raise PricesRefusedError("--from must be before --to, which is exclusive")
    if end > clock.now:
        raise PricesRefusedError(
            f"a correction is for windows that are over, until {clock.next_window - clock.window:%Y-%m-%dT%H:%MZ}; "
            f"enter later prices of {price.model} with `tollbook prices set`"
        )


def _corrections(connection: Connection[Any], price: Price, start: datetime, end: datetime) -> Iterator[Correction]:
    asked = {**price.key._asdict(), "start": start, "end": end}
    cuts = [row[0].astimezone(UTC) for row in connection.execute(QUERIES["correction_cuts"], asked)]
    for first, last in pairwise([start, *cuts, end]):
        row = connection.execute(QUERIES["price_before"], {**asked, "start": first}).fetchone()
        old = row[0] if row else None
        if old != price.per_one:
            yield _effect(connection, price, first, last, old)


def _effect(
    connection: Connection[Any], price: Price, start: datetime, end: datetime, old: Decimal | None
) -> Correction:
    prices = Jsonb(supposed_json([price], start, end))
    question = {"prices": prices, "start": start, "end": end, "book": price.book, "currency": price.currency}
    rows = connection.execute(QUERIES["correction_effect"], question).fetchall()
    by_workspace = {
        workspace: _sum(row[3] for row in rows if row[0] == workspace) for workspace in {row[0] for row in rows}
    }
    quantity = _sum(row[2] for row in rows if row[1] == price.token_class)
    return Correction(price, start, end, old, quantity, _sum(by_workspace.values()), by_workspace)


def _enter(connection: Connection[Any], correction: Correction, why: str) -> int:
    price = correction.price
    workspaces = [
        {"workspace_id": workspace, "difference": str(difference)}
        for workspace, difference in correction.by_workspace.items()
    ]
    values: dict[str, Any] = price.key._asdict() | {
        "start": correction.start,
        "end": correction.end,
        "old": correction.old_per_one,
        "unit": price.unit,
        "price": price.price,
        "quantity": correction.quantity,
        "difference": correction.difference,
        "by_workspace": Jsonb(workspaces),
        "source": price.source,
        "why": why,
    }
    row = connection.execute(QUERIES["enter_correction"], values).fetchone()
    return int(row[0]) if row else 0


def _details(corrections: list[Correction], ids: list[int]) -> dict[str, Any]:
    price = corrections[0].price
    difference = _sum(correction.difference for correction in corrections)
    return {"price": describe_key(price.key), "corrections": ids, "difference": str(difference)}


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return exact_sum(amounts) or Decimal(0)
