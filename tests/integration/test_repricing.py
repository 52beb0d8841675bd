"""Past money is never rewritten: corrections stand beside it, and supposed prices touch nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.billing_events import usage_event
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing import UsageRangeError, UsageScope, project_usage, usage_at_prices, workspace_usage
from tollbook_cli.pricing.correct import Correction, correct_prices
from tollbook_cli.pricing.price import Price as AskedPrice

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOOKED = Price("openai", "m", "input_text", Decimal(1), unit=1)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection[Any]]:
    with connect(database.owner) as made:
        write_prices(made, [BOOKED])
        yield made


def _use(connection: Connection[Any], *hours: int, tokens: int = 10, **fields: Any) -> None:
    events = [
        usage_event(NOON + hour * HOUR, hour, model="m", prompt_tokens=tokens, completion_tokens=0, **fields)
        for hour in hours
    ]
    write_usage(connection, [Recorded(event, number) for number, event in enumerate(events)])


def _correct(connection: Connection[Any], price: int, first: int, last: int, **fields: Any) -> list[Correction]:
    base = {"provider": "openai", "model": "m", "token_class": "input_text", "price": price, "unit": 1}
    asked = AskedPrice.model_validate(base | fields)
    return correct_prices(connection, asked, NOON + first * HOUR, NOON + last * HOUR, "a test")


def _money(connection: Connection[Any]) -> tuple[Any, ...]:
    totals = project_usage(connection, "p1").totals
    return totals.cost, totals.corrections, totals.total


def _told(*figures: Any) -> tuple[Any, ...]:
    return figures


def test_cost_stays_and_the_correction_stands_apart(connection: Connection[Any]) -> None:
    _use(connection, 0, 1, 2)
    assert _money(connection) == (30, None, 30)
    _correct(connection, 3, 1, 2)
    assert _money(connection) == (30, 20, 50)
    outside = project_usage(connection, "p1", NOON, NOON + HOUR).totals
    assert _told(outside.cost, outside.corrections) == (10, None)


def test_a_later_correction_goes_before_an_earlier_one(connection: Connection[Any]) -> None:
    _use(connection, 0, 1, 2)
    _correct(connection, 3, 0, 2)
    entries = _correct(connection, 0, 1, 3)
    assert [_told(entry.old_per_one, entry.difference) for entry in entries] == [(3, -30), (1, -10)]
    assert _money(connection) == (30, 0, 30)


def test_what_comes_late_is_corrected_too(connection: Connection[Any]) -> None:
    _use(connection, 0)
    (entry,) = _correct(connection, 3, 0, 1)
    late = usage_event(NOON, 77, model="m", prompt_tokens=5, completion_tokens=0)
    with connection.transaction():
        connection.execute("DELETE FROM llm_windows")
        connection.execute("DELETE FROM llm_changelog_partitions")
    write_usage(connection, [Recorded(late, 99, "late")])
    assert entry.difference == 20
    assert _money(connection) == (15, 30, 45)


def test_a_price_that_was_missing_can_be_put_right(connection: Connection[Any]) -> None:
    _use(connection, 0, web_search_requests=4)
    assert project_usage(connection, "p1").totals.unpriced == {"web_search": 4}
    (entry,) = _correct(connection, 2, 0, 1, token_class="web_search")
    assert _told(entry.old_per_one, entry.quantity, entry.difference) == (None, 4, 8)
    totals = project_usage(connection, "p1").totals
    assert _told(totals.cost, totals.corrections, totals.unpriced) == (10, 8, {})


def test_a_workspaces_correction_is_only_its_own(connection: Connection[Any]) -> None:
    mine, theirs = (
        usage_event(NOON, number, model="m", prompt_tokens=10, completion_tokens=0, workspace_id=workspace)
        for number, workspace in enumerate(("w1", "w2"))
    )
    write_usage(connection, [Recorded(mine, 0), Recorded(theirs, 1)])
    (entry,) = _correct(connection, 0, 0, 1, workspace_id="w1")
    assert entry.by_workspace == {"w1": -10}
    assert workspace_usage(connection, "w1").totals.total == 0
    assert workspace_usage(connection, "w2").totals.corrections is None


@pytest.mark.parametrize("change", ["UPDATE llm_cost_corrections SET price = 0", "DELETE FROM llm_cost_corrections"])
def test_an_entry_stays_as_it_was(connection: Connection[Any], change: str) -> None:
    _use(connection, 0)
    _correct(connection, 3, 0, 1)
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        connection.execute(change.encode())


SUPPOSED = {"provider": "openai", "model": "m", "token_class": "input_text", "unit": 1, "price": "0.5"}


def test_supposed_prices_show_both_costs_and_the_difference(connection: Connection[Any]) -> None:
    _use(connection, 0, 1, web_search_requests=1)
    _correct(connection, 3, 1, 2)
    (line,) = usage_at_prices(connection, [SUPPOSED], UsageScope("project", "p1"))
    assert _told(line.calls, line.total, line.supposed, line.difference) == (2, 40, 10, -30)
    assert line.unpriced == line.supposed_unpriced == {"web_search": Decimal(2)}
    assert _money(connection) == (20, 20, 40)


def test_a_supposed_price_holds_from_its_own_start(connection: Connection[Any]) -> None:
    _use(connection, 0, 1, 2)
    later = SUPPOSED | {"from": (NOON + HOUR).isoformat(), "to": (NOON + 2 * HOUR).isoformat()}
    (line,) = usage_at_prices(connection, [later], UsageScope("project", "p1"))
    assert _told(line.total, line.supposed) == (30, 25)


def test_a_difference_to_the_unknown_is_unknown(connection: Connection[Any]) -> None:
    _use(connection, 0)
    (line,) = usage_at_prices(connection, [SUPPOSED], UsageScope("project", "p1"), book="sell")
    assert _told(line.total, line.supposed, line.difference) == (None, 5, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_class": "prompt"},
        {"min_prompt_tokens": 7},
        {"unit": 60},
        {"price": "-1"},
        {"price": None},
        {"from": "2026-03-01T00:30Z"},
    ],
)
def test_what_could_be_no_price_is_refused(connection: Connection[Any], wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageRangeError):
        usage_at_prices(connection, [SUPPOSED | wrong], UsageScope("project", "p1"))


def test_two_supposed_prices_at_a_time_are_refused(connection: Connection[Any]) -> None:
    with pytest.raises(UsageRangeError, match="two supposed prices"):
        usage_at_prices(connection, [SUPPOSED, SUPPOSED], UsageScope("project", "p1"))
