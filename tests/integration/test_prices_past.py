"""What was charged stays: the table itself refuses a price of the past, whoever enters it, as the command does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.range import TimestamptzRange

from support.billing_events import usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database, PostgresServer
from support.roles import login
from tollbook_billing import project_usage
from tollbook_cli.pricing.price import Price
from tollbook_cli.pricing.table import enter_prices, plan_prices

KNOWN: tuple[dict[str, Any], ...] = (
    {"model": "base"},
    {"model": "text", "token_class": "output_text"},
    {"model": "large", "min_prompt_tokens": 200_000},
    {"model": "contract", "workspace_id": "w1"},
    {"model": "flexible", "service_tier": "flex"},
    {"model": "ours", "seed": False},
    {"model": "seeded", "seed": True},
)
VARIANTS: tuple[dict[str, Any], ...] = (
    {},
    {"from": "2026-05-01"},
    {"token_class": "reasoning"},
    {"token_class": "output_text"},
    {"min_prompt_tokens": 32_000},
    {"min_prompt_tokens": 512_000},
    {"workspace_id": "w1"},
    {"workspace_id": "w2"},
    {"service_tier": "flex"},
    {"batch": True},
    {"currency": "EUR"},
    {"book": "sell"},
)


@pytest.fixture(scope="module")
def admin(postgres: PostgresServer) -> Iterator[Connection[Any]]:
    """An administrator's connection; each model has had one price since March, entered where none had been."""
    with postgres.database() as database, login(database, "tollbook_admin") as dsn, connect(dsn) as connection:
        for fields in KNOWN:
            enter_prices(connection, [_price(**fields)], "a test", seed=fields.get("seed", False), fill=True)
        yield connection


def _price(**fields: Any) -> Price:
    fields.pop("seed", None)
    base = {"provider": "p", "token_class": "input_text", "price": "1", "unit": 1, "from": "2026-03-01"}
    return Price.model_validate(base | fields)


def _insert(connection: Connection[Any], price: Price, *, seed: bool = False) -> None:
    row = price.key._asdict() | {"unit": price.unit, "price": price.price, "seed": seed}
    row |= {"effective": TimestamptzRange(price.start, None), "source": "by hand", "why": "a test"}
    names = ", ".join(row)
    places = ", ".join(f"%({name})s" for name in row)
    connection.execute(f"INSERT INTO llm_pricing ({names}) VALUES ({places})".encode(), row)  # noqa: S608  # the test's own


def _is_refused(connection: Connection[Any], price: Price, *, seed: bool) -> bool:
    """By the table; nothing stays entered."""
    try:
        with connection.transaction(force_rollback=True):
            _insert(connection, price, seed=seed)
    except psycopg.errors.CheckViolation as error:
        return "is in the past, where a price was in force" in str(error)
    except psycopg.errors.ExclusionViolation:  # two for one time: the key that this constraint is of
        return True
    return False


@pytest.mark.parametrize("seed", [False, True])
def test_the_table_refuses_what_the_command_refuses(admin: Connection[Any], seed: bool) -> None:
    decisions = set()
    for known in KNOWN:
        for variant in VARIANTS:
            price = _price(model=known["model"], **{"price": "2"} | variant)
            (change,) = plan_prices(admin, [price], seed=seed, fill=True)
            if change.kind == "kept":
                continue  # the command leaves such a seed out; entered, it gives way to the price that is yours
            assert _is_refused(admin, price, seed=seed) == (change.kind == "refused"), (known, variant, change)
            decisions.add(change.kind)
    assert decisions == {"new", "refused"}


@pytest.mark.parametrize("start", ["2090-01-01T00:30", "2026-03-01T00:30"])
def test_a_start_inside_a_window_is_refused_by_the_table(admin: Connection[Any], start: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="a window has one price"):
        _insert(admin, _price(model="new", **{"from": start}))


def test_what_had_no_price_can_be_given_one_and_what_had_one_keeps_it(database: Database) -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(usage_event(at, 0, model="m", prompt_tokens=2, completion_tokens=0), 0)])
        assert project_usage(connection, "p1").totals.unpriced == {"input_text": 2}
        _insert(connection, _price(provider="openai", model="m"))
        assert project_usage(connection, "p1").totals.cost == 2
        cheaper = _price(provider="openai", model="m", price="0.5", workspace_id="w1")
        with pytest.raises(psycopg.errors.CheckViolation, match="openai m input_text") as refused:
            _insert(connection, cheaper)
        assert "tollbook prices correct" in (refused.value.diag.message_hint or "")
        assert project_usage(connection, "p1").totals.cost == 2
