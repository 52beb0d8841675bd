"""Invoices round once, a line at a time; providers' own charges stand beside ours; both say what they leave out."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from psycopg import Connection
from typer.testing import CliRunner

from support.billing_events import usage_event
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing import UsageScope, invoice_lines, provider_differences
from tollbook_cli.commands import bill
from tollbook_cli.pricing.correct import correct_prices
from tollbook_cli.pricing.price import Price as AskedPrice

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROJECT = UsageScope("project", "p1")


@pytest.fixture
def connection(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection[Any]]:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    with connect(database.owner) as made:
        yield made


def _use(connection: Connection[Any], *calls: dict[str, Any]) -> None:
    base = {"provider": "xai", "model": "m", "completion_tokens": 0}
    events = [usage_event(NOON, number, **(base | fields)) for number, fields in enumerate(calls)]
    write_usage(connection, [Recorded(event, number) for number, event in enumerate(events)])


def _bill(*options: str) -> Any:
    app = typer.Typer()
    app.command()(bill.command)
    arguments = ["--project", "p1", "--all-time", *options]
    answer = CliRunner().invoke(app, [*arguments, "--json"])
    assert answer.exit_code == 0, answer.output or answer.exception
    shown = CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "TERM": "dumb"})
    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= 100
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "USD", "0.01"),
        ("0.015", "EUR", "0.02"),
        ("0.025", "EUR", "0.03"),
        ("-0.005", "USD", "-0.01"),
        ("0.00499999999999999999999", "USD", "0.00"),
        ("1234567890123456789.995", "USD", "1234567890123456790.00"),
        ("0.5", "JPY", "1"),
        ("-1.5", "JPY", "-2"),
        ("0.0005", "KWD", "0.001"),
        ("0.00005", "CLF", "0.0001"),
    ],
)
def test_halves_go_away_from_zero_at_the_minor_unit(
    connection: Connection[Any], amount: str, currency: str, rounded: str
) -> None:
    row = connection.execute("SELECT llm_round_money(%s, %s)::text", [Decimal(amount), currency]).fetchone()
    assert row == (rounded,)


def test_a_line_is_rounded_once_and_unpriced_has_no_amount(connection: Connection[Any]) -> None:
    write_prices(
        connection,
        [
            Price("xai", "m", "input_text", Decimal("0.0025"), unit=1),
            Price("xai", "m", "cached_text", Decimal("0.001"), unit=1),
        ],
        "sell",
    )
    _use(connection, *({"prompt_tokens": 3, "cached_prompt_tokens": 2, "web_search_requests": 1} for _ in range(2)))
    lines = invoice_lines(connection, PROJECT)
    told: list[Any] = [(line.kind, line.token_class, line.quantity, line.exact, line.amount) for line in lines]
    assert told == [
        ("usage", "cached_text", 4, Decimal("0.004"), Decimal("0.00")),
        ("usage", "input_text", 2, Decimal("0.005"), Decimal("0.01")),
        ("unpriced", "web_search", 2, None, None),
    ]
    answer = _bill("--invoice")
    assert (answer["total"], answer["unpriced_lines"]) == ("0.01", 1)
    assert answer["invoice"][1]["price_per_one"] == "0.0025"


def test_a_price_change_and_a_correction_make_lines_of_their_own(connection: Connection[Any]) -> None:
    first = Price("xai", "m", "input_text", Decimal(1), unit=1, end=NOON + HOUR)
    write_prices(connection, [first, Price("xai", "m", "input_text", Decimal(2), unit=1, start=NOON + HOUR)], "sell")
    events = [usage_event(NOON + hour * HOUR, hour, provider="xai", model="m", prompt_tokens=1) for hour in (0, 1)]
    write_usage(connection, [Recorded(event, number) for number, event in enumerate(events)])
    asked = AskedPrice.model_validate(
        {"provider": "xai", "model": "m", "token_class": "input_text", "price": 3, "unit": 1, "book": "sell"}
    )
    correct_prices(connection, asked, NOON, NOON + HOUR, "a test")
    lines: list[Any] = [(line.kind, line.price_per_one, line.amount) for line in invoice_lines(connection, PROJECT)]
    assert lines == [("usage", 1, 1), ("usage", 2, 2), ("correction", 3, 2)]


def test_margin_is_sell_minus_cost(connection: Connection[Any]) -> None:
    write_prices(connection, [Price("xai", "m", "input_text", Decimal(1), unit=1)])
    write_prices(connection, [Price("xai", "m", "input_text", Decimal("1.5"), unit=1)], "sell")
    _use(connection, {"prompt_tokens": 10})
    cost, sell = (_bill("--book", book)["totals"]["total"] for book in ("cost", "sell"))
    assert (cost, sell) == ("10", "15")


def test_a_providers_charge_is_compared_only_where_it_can_be(connection: Connection[Any]) -> None:
    write_prices(connection, [Price("xai", model, "input_text", Decimal("0.1"), unit=1) for model in ("m", "mixed")])
    _use(
        connection,
        {"prompt_tokens": 5, "provider_cost_usd": Decimal("0.5000000001")},
        {"prompt_tokens": 5, "provider_cost_usd": Decimal("0.6")},
        {"prompt_tokens": 5, "provider_cost_usd": Decimal("0.7"), "model": "unpriced"},
        {"prompt_tokens": 5, "provider_cost_usd": Decimal("0.8"), "model": "mixed"},
        {"prompt_tokens": 5, "model": "mixed"},
        {"prompt_tokens": 5, "model": "silent"},
    )
    compared, mixed, unpriced = sorted(provider_differences(connection, PROJECT), key=lambda one: one.model)
    assert (compared.calls_compared, compared.provider_cost_usd) == (2, Decimal("1.1000000001"))
    assert (compared.compared_cost_usd, compared.difference_usd) == (Decimal(1), Decimal("0.1000000001"))
    assert (mixed.calls_mixed, mixed.calls_compared, mixed.difference_usd) == (1, 0, None)
    assert (unpriced.calls_unpriced, unpriced.provider_cost_usd) == (1, Decimal("0.7"))
    told = _bill("--compare-provider")["provider_differences"]
    assert [one["difference_usd"] for one in told] == ["0.1000000001", None, None]


def test_a_file_of_prices_shows_what_it_would_have_cost(connection: Connection[Any], tmp_path: Path) -> None:
    write_prices(connection, [Price("xai", "m", "input_text", Decimal(1), unit=1)])
    _use(connection, {"prompt_tokens": 10, "web_search_requests": 1})
    path = tmp_path / "offer.csv"
    path.write_text("provider,model,token_class,price,unit\nxai,m,input_text,0.9,1\n")
    answer = _bill("--prices", str(path))
    assert (answer["total"], answer["supposed"], answer["difference"]) == ("10", "9", "-1")
    assert answer["repriced"][0]["supposed_unpriced"] == {"web_search": "1"}


def test_the_answers_are_as_the_help_says(connection: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "offer.csv"
    path.write_text("provider,model,token_class,price,unit\nxai,m,input_text,0.9,1\n")
    write_prices(connection, [Price("xai", "m", "input_text", Decimal(1), unit=1)], "sell")
    _use(connection, {"prompt_tokens": 10, "provider_cost_usd": Decimal(1)})
    text = " ".join((bill.command.__doc__ or "").split())
    for options in (("--invoice",), ("--compare-provider",), ("--prices", str(path))):
        _, _, after = text.partition(f"{options[0]}: ")
        example, _ = json.JSONDecoder().raw_decode(after)
        answer = _bill(*options)
        assert answer.keys() == {"scope", "from", "to", "unknown", *example}
        name = next(iter(example))
        assert answer[name][0].keys() == example[name][0].keys()
