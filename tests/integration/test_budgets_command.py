"""`tollbook budgets` as a billing engineer meets it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner, Result

from support.billing_events import usage_event
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_cli.budgeting.errors import BudgetError
from tollbook_cli.commands.budgets import subcommands

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
SET = ("set", "--workspace", "acme", "--why", "as agreed")


@pytest.fixture
def connection(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection[Any]]:
    """Nine USD spent by acme this month, and a search without a price."""
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    event = usage_event(
        NOW, 0, workspace_id="acme", model="m", prompt_tokens=9, completion_tokens=0, web_search_requests=1
    )
    with connect(database.owner) as made:
        write_prices(made, [Price("openai", "m", "input_text", Decimal(1), unit=1)])
        write_usage(made, [Recorded(event, 0)])
        yield made


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(subcommands, list(arguments), env={"COLUMNS": "120", "TERM": "dumb"})


def _json(*arguments: str, code: int = 0) -> Any:
    answer = _run(*arguments, "--json")
    assert answer.exit_code == code, answer.output or answer.exception
    return json.loads(answer.stdout)


def test_a_budget_is_set_with_who_and_why_and_the_same_again_changes_nothing(connection: Connection[Any]) -> None:
    assert _json(*SET, "--amount", "10")["outcome"] == "entered"
    assert _json(*SET, "--amount", "10.0", "--alerts", "1,0.8,0.5")["outcome"] == "unchanged"
    assert _json(*SET, "--amount", "12", "--from", "2099-01")["outcome"] == "entered"
    now, later = _json("list")
    assert (now["amount"], now["alert_shares"], now["why"], now["created_by"]) == (
        *("10", ["0.5", "0.8", "1"], "as agreed", "tollbook_owner"),
    )
    assert later["starts"] == "2099-01-01T00:00:00Z"
    assert "50 %" in _run("list").stdout
    actions = connection.execute(
        "SELECT action, why, details ->> 'amount' FROM llm_admin_actions ORDER BY id"
    ).fetchall()
    assert actions == [("budget", "as agreed", "10"), ("budget", "as agreed", "12")]


def test_status_says_what_is_spent_and_what_is_not_in_it(connection: Connection[Any]) -> None:
    _run(*SET, "--amount", "10")
    (one,) = _json("status", "--workspace", "acme")
    assert (one["spent"], one["share"], one["alert_share"], one["unpriced"]) == ("9", "0.9", "0.8", {"web_search": "1"})
    shown = _run("status").stdout
    assert "90 %" in shown
    assert "UNPRICED" in shown
    _run(*SET, "--amount", "9")
    assert _json("status", "--workspace", "acme", code=3)[0]["is_spent"]
    assert _run("status").exit_code == 0
    _run(*SET, "--end")
    assert _json("status", "--workspace", "acme") == []


def test_usage_that_nobody_can_price_is_shown_as_unknown(connection: Connection[Any]) -> None:
    _run(*SET, "--amount", "10", "--book", "sell")
    (one,) = _json("status")
    assert (one["spent"], one["share"], one["is_spent"]) == (None, None, None)
    assert "–" in _run("status").stdout  # noqa: RUF001  # the dash of what is unknown


def test_check_records_each_alert_once(connection: Connection[Any]) -> None:
    _run(*SET, "--amount", "10")
    assert [alert["share"] for alert in _json("check")["new"]] == ["0.5", "0.8"]
    again = _json("check")
    assert (again["new"], [alert["spent"] for alert in again["on_record"]]) == ([], ["9", "9"])
    assert "0 new" in _run("check").stdout


def test_a_month_that_is_over_is_refused(connection: Connection[Any]) -> None:
    refused = _run(*SET, "--amount", "1", "--from", "2026-01")
    assert isinstance(refused.exception, BudgetError)
    assert "past months are over" in str(refused.exception)
    assert _json("list") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "--amount", "1", "--why", "x"),
        SET,
        (*SET, "--amount", "0"),
        (*SET, "--amount", "much"),
        (*SET, "--amount", "NaN"),
        (*SET, "--amount", "1", "--end"),
        (*SET, "--amount", "1", "--alerts", "0.5,0.5"),
        (*SET, "--amount", "1", "--alerts", "80%"),
        (*SET, "--amount", "1", "--from", "May"),
        ("set", "--workspace", "acme", "--amount", "1", "--why", " "),
    ],
)
def test_misuse_exits_with_2(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", "host=127.0.0.1 port=1")
    assert _run(*arguments).exit_code == 2
