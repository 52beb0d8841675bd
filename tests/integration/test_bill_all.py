"""`tollbook bill --all`: everybody's bills at a month's end, with what nobody is billed for."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from support.billing_events import usage_event
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_cli.commands import bill

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
EVENING = datetime(2026, 4, 2, 18, tzinfo=UTC)
APRIL = ("--all", "--from", "2026-04-01", "--to", "2026-05-01")
CALLS: tuple[dict[str, Any], ...] = (
    {"workspace_id": "acme", "project_id": "p1"},
    {"workspace_id": "acme", "project_id": "p2", "status": "timeout", "prompt_tokens": None},
    {"workspace_id": "acme", "project_id": None, "prompt_tokens": 5},
    {"workspace_id": "other", "project_id": "p1", "model": "free"},
    {"workspace_id": None, "project_id": "p9", "prompt_tokens": 7},
)


@pytest.fixture
def april(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Two workspaces, one call without any; the last call's window is open. An input token of m is sold for 0.004."""
    records = []
    for number, fields in enumerate(CALLS):
        usage = {"model": "m", "prompt_tokens": 3, "completion_tokens": None} | fields
        records.append(Recorded(usage_event(EVENING if number == 4 else NOON, number, **usage), number))
    with connect(database.owner) as connection:
        write_prices(connection, [Price("openai", "m", "input_text", Decimal("0.004"), unit=1)], "sell")
        write_usage(connection, records, compacted={("live", NOON)})
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    return database


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(bill.command)
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "120", "TERM": "dumb"})


def _json(*arguments: str) -> dict[str, Any]:
    answer = _run(*arguments, "--json")
    assert answer.exit_code == 0, answer.output or answer.exception
    loaded: dict[str, Any] = json.loads(answer.stdout)
    return loaded


def _figures(bills: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("id", "calls", "calls_without_usage", "provisional_calls", "total", "unpriced", "invoice")
    return [tuple(bill.get(name) for name in names) for bill in bills]


def test_every_workspace_has_a_bill_and_so_has_what_names_none(april: Database) -> None:
    found = _json(*APRIL, "--invoice")
    assert _figures(found["bills"]) == [
        ("acme", 3, 1, 0, "0.032", {}, "0.03"),
        ("other", 1, 0, 0, None, {"input_text": "3"}, None),
        (None, 1, 0, 1, "0.028", {}, None),
    ]
    assert _figures([found["totals"]]) == [(None, 5, 1, 1, "0.06", {"input_text": "3"}, "0.03")]
    assert (found["each"], found["book"], found["unattributed_calls"]) == ("workspace", "sell", 1)
    assert found["unknown"]["unpriced_models"][0]["model"] == "free"
    assert found["unknown"]["windows"]["open"] == 1
    whole = _json("--workspace", "acme", *APRIL[1:], "--invoice")
    assert whole["total"] == found["bills"][0]["invoice"]


def test_every_project_of_a_workspace_has_one(april: Database) -> None:
    found = _json(*APRIL, "--workspace", "acme", "--book", "sell")
    assert _figures(found["bills"]) == [
        ("p1", 1, 0, 0, "0.012", {}, None),
        ("p2", 1, 1, 0, None, {}, None),
        (None, 1, 0, 0, "0.02", {}, None),
    ]
    assert found["totals"]["total"] == "0.032"
    assert "invoice" not in found["totals"]


def test_a_person_sees_what_is_missing_and_what_nobody_is_billed(april: Database) -> None:
    shown = _run(*APRIL, "--invoice").stdout
    assert re.search(r"acme +3 +66\.6 % +0 +0\.0320 +0\.03", shown)
    assert re.search(r"\(no workspace\) +1 +100\.0 % +1 +0\.0280 +–", shown)  # noqa: RUF001  # a dash as wide as a digit
    assert "1 calls name no workspace: 0.0280 USD that nobody is billed" in shown
    assert "NO PRICE: openai free: 3 input_text" in shown
    assert "no usage found for all" in _run("--all", "--from", "2026-03-01", "--to", "2026-04-01").stdout


def test_the_json_is_as_the_help_says(april: Database) -> None:
    documented = re.search(r"--all: (\{.*?\"unattributed_calls\": 0\})", bill.command.__doc__ or "", re.DOTALL)
    assert documented
    example = json.loads(documented.group(1))
    answer = _json(*APRIL, "--invoice")
    assert answer.keys() == {"scope", "from", "to", "unknown", *example}
    assert answer["bills"][0].keys() == example["bills"][0].keys()
    assert answer["totals"].keys() == answer["bills"][0].keys() - {"id"}


@pytest.mark.parametrize("other", [("--project", "p1"), ("--by", "day"), ("--compare-provider",)])
def test_what_does_not_go_with_it_is_misuse(april: Database, other: tuple[str, ...]) -> None:
    refused = _run(*APRIL, *other)
    assert refused.exit_code == 2
    assert "leave the other options out" in re.sub(r"[│\s]+", " ", refused.output)
