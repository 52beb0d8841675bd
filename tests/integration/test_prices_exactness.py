"""Money from totals equals money event by event, to the last digit: in every book and currency, corrected, supposed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from psycopg import Connection

from support.billing_events import MODELS, random_event, seeded
from support.billing_prices import Price, overlaid, random_prices, write_prices
from support.billing_rows import Fate, Recorded, connect, write_usage
from support.billing_truth import LineKey, expected_lines, lines_of
from support.postgres import Database
from tollbook_billing import Book, Usage, UsageScope, invoice_lines, project_usage, read_usage, usage_at_prices
from tollbook_billing.usage import exact_sum
from tollbook_cli.pricing.correct import correct_prices
from tollbook_cli.pricing.price import Price as AskedPrice
from tollbook_cli.pricing.supposed import supposed_json
from tollbook_schemas import WindowRule

START = datetime(2026, 3, 31, 20, tzinfo=UTC)
CUT = datetime(2026, 4, 1, 0, tzinfo=UTC)
HOURS = 8
RULE = WindowRule()
REPEATED = 5
FINAL = {START + timedelta(hours=hour) for hour in range(5)}
FATES: tuple[Fate, ...] = ("on_time", "on_time", "on_time", "late", "duplicate", "conflict")
PRICED = [model for model in MODELS if model[1] != "m-unpriced"]
PROJECT = UsageScope("project", "p1")


def _records(random: Random, count: int) -> list[Recorded]:
    """Every call is made REPEATED times at different hours: prices change inside what is summed."""
    records: list[Recorded] = []
    for number in range(count):
        at = START + timedelta(seconds=random.randrange(HOURS * 3600))
        event = random_event(seeded(number // REPEATED), at, number)
        records.append(Recorded(event, number, random.choice(FATES)))
    return records


def _write(connection: Connection[Any], records: list[Recorded]) -> list[Recorded]:
    write_usage(connection, records, compacted={("live", start) for start in FINAL})
    return [record for record in records if record.event.project_id == "p1"]


def _truth(records: list[Recorded], prices: list[Price]) -> dict[LineKey, Usage]:
    return expected_lines(records, prices, FINAL, RULE)


@pytest.mark.parametrize("seed", range(2))
def test_every_book_and_currency_is_exact_and_apart(database: Database, seed: int) -> None:
    random = seeded(100 + seed)
    books: dict[tuple[Book, str], list[Price]] = {}
    asked: tuple[tuple[Book, str], ...] = (("cost", "USD"), ("cost", "EUR"), ("sell", "USD"))
    for book, currency in asked:
        books[book, currency] = [replace(price, currency=currency) for price in random_prices(random, PRICED, CUT)]
    with connect(database.owner) as connection:
        for (book, _), prices in books.items():
            write_prices(connection, prices, book)
        members = _write(connection, _records(random, 300))
        for (book, currency), prices in books.items():
            answer = project_usage(connection, "p1", book=book, currency=currency)
            expected = _truth(members, prices)
            assert lines_of(answer.lines) == expected
            assert any(usage.cost for usage in expected.values())
            items = invoice_lines(connection, PROJECT, book=book, currency=currency)
            assert exact_sum(item.exact for item in items) == answer.totals.cost
        missing = project_usage(connection, "p1", currency="CHF").totals
        assert missing.cost is None
        assert missing.unpriced


def _changed(random: Random, prices: list[Price], *, end: datetime | None) -> list[Price]:
    """Other prices for some keys, new prices for a few that had none, in some hours."""
    chosen = {price.key: price for price in random.sample(prices, len(prices) // 10)}
    added = [
        Price("gemini", "m-unpriced", "input_text", Decimal("0.7"), unit=1000),
        Price("openai", "m-a", "reasoning", Decimal("0.3"), unit=1000),
    ]
    keep = [price for price in added if price.key not in chosen]
    first = START + timedelta(hours=random.randrange(4))
    others = (replace(price, price=price.price + Decimal("0.000000000001")) for price in chosen.values())
    return [replace(price, start=first, end=end) for price in (*others, *keep)]


def _asked(price: Price) -> AskedPrice:
    fields = {name: getattr(price, name) for name in AskedPrice.model_fields if hasattr(price, name)}
    return AskedPrice.model_validate(fields | {"batch": price.batch})


@pytest.mark.parametrize("seed", range(2))
def test_corrections_stand_apart_and_what_is_owed_is_exact(database: Database, seed: int) -> None:
    random = seeded(200 + seed)
    prices = list(random_prices(random, PRICED, CUT))
    changed = _changed(random, prices, end=START + timedelta(hours=6))
    with connect(database.owner) as connection:
        write_prices(connection, prices)
        members = _write(connection, _records(random, 300))
        before = _truth(members, prices)
        entries = [
            correction
            for price in changed
            for correction in correct_prices(connection, _asked(price), price.start, price.end or CUT, "test")
        ]
        answer = project_usage(connection, "p1")
        everybody = read_usage(connection, UsageScope("all", None)).totals
    after = _truth(members, overlaid(prices, changed))
    for key, usage in lines_of(answer.lines).items():
        assert (usage.cost, usage.total, usage.unpriced) == (before[key].cost, after[key].total, after[key].unpriced)
    assert answer.totals.corrections
    assert exact_sum(entry.difference for entry in entries) == everybody.corrections


@pytest.mark.parametrize("seed", range(2))
def test_supposed_prices_are_exact_and_change_nothing(database: Database, seed: int) -> None:
    random = seeded(300 + seed)
    prices = list(random_prices(random, PRICED, CUT))
    changed = _changed(random, prices, end=None)
    with connect(database.owner) as connection:
        write_prices(connection, prices)
        members = _write(connection, _records(random, 300))
        answer = usage_at_prices(connection, supposed_json([_asked(price) for price in changed]), PROJECT)
        still = project_usage(connection, "p1")
    now, then = _truth(members, prices), _truth(members, overlaid(prices, changed))
    assert lines_of(still.lines) == now
    assert len(answer) == len(now)
    for line in answer:
        key = (line.provider, line.model, line.response_model, line.use_case, line.state)
        assert (line.total, line.supposed) == (now[key].cost, then[key].cost)
        assert {name: Decimal(amount) for name, amount in line.supposed_unpriced.items()} == then[key].unpriced
