"""Nothing unknown is zero: what has no price, no usage or no proof yet is named and counted in every answer."""

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
from tollbook_billing import UsageScope, invoice_lines, read_usage
from tollbook_billing.unknowns import unknowns_of
from tollbook_cli.commands import bill

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PROJECT = UsageScope("project", "p1")
UNKNOWN = {
    "calls_without_usage": 9,
    "unpriced": {"input_audio": "5", "input_text": "3"},
    "unpriced_models": [
        {"provider": "xai", "model": "free", "unpriced": {"input_text": "3"}},
        {"provider": "xai", "model": "speech", "unpriced": {"input_audio": "5"}},
    ],
    "provisional_calls": 2,
    "windows": {"open": 1, "closed": 0, "compacted": 1, "disputed": 0},
}


@pytest.fixture
def connection(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection[Any]]:
    """A model without a price, an audio class without a rate, calls without usage, and a window that is open."""
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    base = {"provider": "xai", "completion_tokens": 0}
    calls: list[tuple[datetime, dict[str, Any]]] = [
        (NOON, {"model": "free", "prompt_tokens": 3}),
        (NOON, {"model": "speech", "prompt_tokens": 7, "input_audio_tokens": 5}),
        (NOON, {"model": "free", "completion_tokens": None, "status": "missing_usage"}),
        (NOON, {"model": "free", "completion_tokens": None, "status": "error", "aggregate": True, "call_count": 7}),
        (NOON + timedelta(hours=1), {"model": "speech", "prompt_tokens": 1}),
        (NOON + timedelta(hours=1), {"model": "speech", "completion_tokens": None, "status": "timeout"}),
    ]
    records = [
        Recorded(usage_event(at, number, **(base | fields)), number) for number, (at, fields) in enumerate(calls)
    ]
    with connect(database.owner) as made:
        for book in ("cost", "sell"):
            write_prices(made, [Price("xai", "speech", "input_text", Decimal(1), unit=1)], book)
        write_usage(made, records, compacted={("live", NOON)})
        yield made


def _bill(*options: str) -> tuple[dict[str, Any], str]:
    app = typer.Typer()
    app.command()(bill.command)
    arguments = ["--project", "p1", "--all-time", *options]
    told = CliRunner().invoke(app, [*arguments, "--json"])
    shown = CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "TERM": "dumb"})
    assert (told.exit_code, shown.exit_code) == (0, 0), told.output or told.exception
    assert max(map(len, shown.stdout.splitlines())) <= 100
    return json.loads(told.stdout), shown.stdout


@pytest.mark.parametrize("options", [(), ("--invoice",), ("--compare-provider",), ("--prices", "offer.csv")])
def test_every_answer_names_and_counts_it(
    connection: Connection[Any], options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("offer.csv").write_text("provider,model,token_class,price,unit\nxai,speech,input_text,0.9,1\n")
    told, shown = _bill(*options)
    assert told["unknown"] == UNKNOWN
    for part in ("xai free: 3 input_text", "xai speech: 5 input_audio", "9", "without usage", "1 open"):
        assert part in " ".join(shown.split())


def test_the_cost_of_what_is_unknown_is_null(connection: Connection[Any]) -> None:
    told, _ = _bill()
    costs = {(line["model"], line["state"]): line["cost"] for line in told["lines"]}
    assert costs == {("free", "final"): None, ("speech", "final"): "2", ("speech", "provisional"): "1"}
    assert (told["totals"]["cost"], told["totals"]["calls"]) == ("3", 12)


def test_an_invoice_has_a_line_without_an_amount_for_each(connection: Connection[Any]) -> None:
    lines: list[Any] = [line for line in invoice_lines(connection, PROJECT) if line.amount is None]
    assert [(line.kind, line.model, line.token_class, line.state, line.quantity) for line in lines] == [
        ("unpriced", "free", "input_text", "final", 3),
        ("unpriced", "speech", "input_audio", "final", 5),
        ("no_usage", "free", "calls", "final", 8),
        ("no_usage", "speech", "calls", "provisional", 1),
    ]
    _, shown = _bill("--invoice")
    assert "NO USAGE REPORTED" in shown


def test_without_a_price_at_all_nothing_costs_zero(connection: Connection[Any]) -> None:
    told, _ = _bill("--currency", "EUR")
    assert {line["cost"] for line in told["lines"]} == {None}
    assert (told["totals"]["cost"], told["totals"]["total"]) == (None, None)
    invoice, _ = _bill("--invoice", "--currency", "EUR")
    assert invoice["total"] is None


def test_python_says_it_too_and_that_nothing_is_unknown(connection: Connection[Any]) -> None:
    unknowns = unknowns_of(read_usage(connection, PROJECT))
    assert (unknowns.calls_without_usage, unknowns.is_nothing) == (9, False)
    assert unknowns.unpriced == {"input_audio": 5, "input_text": 3}
    assert unknowns_of(read_usage(connection, UsageScope("project", "nobody"))).is_nothing
