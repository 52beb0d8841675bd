"""The price list: append-only, one price at a time, seeded from named sources, chosen by the call's own facts."""

from collections.abc import Iterator
from dataclasses import replace
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
from tollbook_billing import project_usage

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=36_500)
"""In the future: only there may a price still end."""
INPUT = Price("openai", "m", "input_text", Decimal(1), unit=1)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection[Any]]:
    with connect(database.owner) as made:
        yield made


def _cost(connection: Connection[Any], **fields: Any) -> tuple[Decimal | None, dict[str, Decimal]]:
    event = usage_event(NOON, 0, model="m", **{"prompt_tokens": 1, "completion_tokens": 0, **fields})
    write_usage(connection, [Recorded(event, 0)])
    totals = project_usage(connection, "p1").totals
    return totals.cost, dict(totals.unpriced)


@pytest.mark.parametrize(
    "second",
    [
        INPUT,
        replace(INPUT, price=Decimal(2), start=NOON),
        replace(INPUT, unit=1000, end=NOON),
    ],
)
def test_two_prices_at_a_time_are_refused(connection: Connection[Any], second: Price) -> None:
    write_prices(connection, [INPUT])
    with pytest.raises(psycopg.errors.ExclusionViolation):
        write_prices(connection, [second])


@pytest.mark.parametrize(
    "second",
    [
        replace(INPUT, model="n"),
        replace(INPUT, service_tier="flex"),
        replace(INPUT, batch=True),
        replace(INPUT, min_prompt_tokens=200_000),
        replace(INPUT, workspace_id="w9"),
    ],
)
def test_prices_for_other_calls_stand_beside_each_other(connection: Connection[Any], second: Price) -> None:
    write_prices(connection, [INPUT, second])
    write_prices(connection, [INPUT], book="sell")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(INPUT, start=NOON + timedelta(minutes=15)),
        replace(INPUT, end=NOON + timedelta(minutes=15)),
        replace(INPUT, price=Decimal(-1)),
        replace(INPUT, price=Decimal("NaN")),
        replace(INPUT, token_class="prompt"),
        replace(INPUT, service_tier="default"),
        replace(INPUT, min_prompt_tokens=1000),
        replace(INPUT, unit=60),
    ],
)
def test_what_could_not_be_applied_exactly_is_refused(connection: Connection[Any], wrong: Price) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        write_prices(connection, [wrong])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE llm_pricing SET price = 9",
        "UPDATE llm_pricing SET source = 'me'",
        "UPDATE llm_pricing SET effective = tstzrange('2021-01-01Z', '2022-01-01Z')",
        "UPDATE llm_pricing SET effective = tstzrange(lower(effective), '2026-01-01Z')",
        "UPDATE llm_pricing SET effective = 'empty'",
        "DELETE FROM llm_pricing",
        "TRUNCATE llm_pricing",
    ],
)
def test_a_price_once_valid_stays(connection: Connection[Any], change: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        connection.execute(change.encode())


def test_a_new_price_follows_where_the_old_one_was_ended(connection: Connection[Any]) -> None:
    hours = [LATER, LATER + timedelta(hours=1)]
    end = hours[1]
    write_prices(connection, [INPUT])
    connection.execute("UPDATE llm_pricing SET effective = tstzrange(lower(effective), %s) WHERE model = 'm'", [end])
    write_prices(connection, [replace(INPUT, price=Decimal(5), start=end)])
    events = [usage_event(at, 0, model="m", prompt_tokens=1, completion_tokens=0) for at in hours]
    write_usage(connection, [Recorded(event, number) for number, event in enumerate(events)])
    assert project_usage(connection, "p1").totals.cost == Decimal(6)
    assert project_usage(connection, "p1", LATER, end).totals.cost == Decimal(1)


def test_the_answering_model_decides(connection: Connection[Any]) -> None:
    write_prices(connection, [INPUT, replace(INPUT, model="m-2026", price=Decimal(3))])
    assert _cost(connection, response_model="m-2026") == (Decimal(3), {})


def test_an_answering_model_without_a_price_is_unpriced(connection: Connection[Any]) -> None:
    write_prices(connection, [INPUT])
    assert _cost(connection, response_model="m-2026") == (None, {"input_text": Decimal(1)})


@pytest.mark.parametrize("tier", [None, "default", "standard", "auto"])
def test_names_of_the_standard_tier_have_one_price(connection: Connection[Any], tier: str | None) -> None:
    write_prices(connection, [INPUT])
    assert _cost(connection, service_tier=tier) == (Decimal(1), {})


@pytest.mark.parametrize("fields", [{"service_tier": "flex"}, {"batch": True}])
def test_another_tier_never_takes_the_standard_price(connection: Connection[Any], fields: dict[str, Any]) -> None:
    write_prices(connection, [INPUT])
    assert _cost(connection, **fields) == (None, {"input_text": Decimal(1)})


@pytest.mark.parametrize(("prompt", "price"), [(200_000, 1), (200_001, 7), (1_000_001, 7)])
def test_a_long_prompt_takes_the_price_of_its_band(connection: Connection[Any], prompt: int, price: int) -> None:
    write_prices(connection, [INPUT, replace(INPUT, min_prompt_tokens=200_000, price=Decimal(7))])
    assert _cost(connection, prompt_tokens=prompt) == (Decimal(prompt * price), {})


@pytest.mark.parametrize(("own", "cost"), [(None, 40), (Decimal(1), 31)])
def test_reasoning_is_output_text_unless_it_has_its_own_price(
    connection: Connection[Any], own: Decimal | None, cost: int
) -> None:
    write_prices(connection, [replace(INPUT, token_class="output_text", price=Decimal(4)), INPUT])
    if own is not None:
        write_prices(connection, [replace(INPUT, token_class="reasoning", price=own)])
    assert _cost(connection, prompt_tokens=0, completion_tokens=10, reasoning_tokens=3) == (Decimal(cost), {})


def test_a_workspaces_contract_goes_first_and_is_only_its_own(connection: Connection[Any]) -> None:
    write_prices(connection, [INPUT, replace(INPUT, workspace_id="w1", price=Decimal("0.5"))])
    mine, theirs = (
        usage_event(NOON, number, model="m", prompt_tokens=1, completion_tokens=0, workspace_id=workspace)
        for number, workspace in enumerate(("w1", "w2"))
    )
    write_usage(connection, [Recorded(mine, 0), Recorded(theirs, 1)])
    assert project_usage(connection, "p1", workspace_id="w1").totals.cost == Decimal("0.5")
    assert project_usage(connection, "p1").totals.cost == Decimal("1.5")


def test_money_keeps_every_digit(connection: Connection[Any]) -> None:
    tiny = replace(INPUT, unit=1_000_000, price=Decimal("123456789.000000000001"))
    write_prices(connection, [tiny])
    assert _cost(connection, prompt_tokens=9_999_999_999) == (Decimal("1234567889876.543211009999999999"), {})


def test_seeds_say_where_they_come_from(connection: Connection[Any]) -> None:
    rows = connection.execute("SELECT provider, model, source FROM llm_pricing").fetchall()
    assert all(source.startswith("seed: ") for _, _, source in rows)
    assert {(provider, model) for provider, model, source in rows if "EXAMPLE" in source} == {
        ("azure", "azure-llm-2023")
    }
    assert {"gpt-4.1", "gpt-4.1-nano-2025-04-14", "gemini-2.5-pro", "gemini-3-pro-preview"} < {row[1] for row in rows}
