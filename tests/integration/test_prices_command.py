"""`tollbook prices` as a billing engineer meets it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from support.billing_events import usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing import project_usage
from tollbook_cli.commands.prices import subcommands
from tollbook_cli.pricing.errors import PricesRefusedError, PriceTableError
from tollbook_cli.pricing.price import Price
from tollbook_cli.pricing.table import enter_prices

ONE = ("--provider", "openai", "--model", "m", "--class", "input_text")
SOON, LATER = "2090-01-01T00:00:00Z", "2095-01-01T00:00:00Z"
PAST = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def prices(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    return database


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(subcommands, list(arguments), env={"COLUMNS": "160", "TERM": "dumb"})


def _json(*arguments: str) -> Any:
    answer = _run(*arguments, "--json")
    assert answer.exit_code == 0, answer.output or answer.exception
    return json.loads(answer.stdout)


def _set(price: str, *more: str, why: str = "a test") -> Any:
    return _json("set", *ONE, "--price", price, "--why", why, *more)


def _actions(database: Database) -> list[tuple[Any, ...]]:
    with connect(database.owner) as connection:
        return connection.execute("SELECT who, action, why, outcome FROM llm_admin_actions ORDER BY id").fetchall()


def test_a_price_is_entered_with_who_and_why_and_the_old_one_ends_there(prices: Database) -> None:
    (first,) = _set("1.5", why="as offered")
    assert (first["change"], first["price"], first["to"]) == ("new", "1.5", None)
    (second,) = _set("1.25", "--from", SOON, why="cheaper")
    assert (second["change"], second["old"]) == ("changed", {"price": "1.5", "unit": 1_000_000})
    shown = _json("show", "m")
    old, new = shown["prices"]
    assert (old["ends"], old["why"], old["ended_why"], old["ended_by"]) == (
        SOON,
        "as offered",
        "cheaper",
        "tollbook_owner",
    )
    assert (new["starts"], new["ends"], new["created_by"]) == (SOON, None, "tollbook_owner")
    assert _actions(prices) == [
        ("tollbook_owner", "prices", "as offered", "done"),
        ("tollbook_owner", "prices", "cheaper", "done"),
    ]
    assert "cheaper" in _run("show", "m").stdout


def test_a_price_that_has_not_begun_is_withdrawn_by_another(prices: Database) -> None:
    _set("1", "--from", SOON)
    _set("2", "--from", SOON, why="a typing error")
    _set("3", "--from", LATER)
    withdrawn, kept, last = _json("show", "m")["prices"]
    assert (withdrawn["withdrawn"], withdrawn["starts"], withdrawn["ended_why"]) == (True, SOON, "a typing error")
    assert (kept["price"], kept["ends"], last["starts"]) == ("2", LATER, LATER)
    assert "withdrawn" in _run("show", "m").stdout


def test_the_same_price_again_changes_nothing(prices: Database) -> None:
    _set("1")
    assert _set("1")[0]["change"] == "unchanged"
    assert len(_actions(prices)) == 1


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--from", "2090-01-01T00:30Z"), "inside a window"),
        (("--from", "2026-01-01"), "in the past"),
    ],
)
def test_a_start_that_cannot_be_is_refused_and_says_why(prices: Database, more: tuple[str, ...], reason: str) -> None:
    refused = _run("set", *ONE, "--price", "1", "--why", "x", *more)
    assert isinstance(refused.exception, PricesRefusedError)
    assert reason in str(refused.exception)
    assert _run("show", "m").exit_code == 1
    assert _actions(prices) == []


@pytest.mark.parametrize(
    "more", [("--above", "100000"), ("--class", "prompt"), ("--tier", "default"), ("--unit", "60"), ("--price", "-1")]
)
def test_what_is_no_price_is_misuse(prices: Database, more: tuple[str, ...]) -> None:
    assert _run("set", *ONE, "--price", "1", "--why", "x", *more).exit_code == 2
    assert _run("set", *ONE, "--price", "1", "--why", " ").exit_code == 2


def test_windows_of_a_quarter_hour_take_quarter_hours_and_no_less(prices: Database) -> None:
    with connect(prices.owner) as connection:
        connection.execute("INSERT INTO llm_window_width (width) VALUES ('15 minutes')")
    assert _set("1", "--from", "2090-01-01T00:15Z")[0]["change"] == "new"
    refused = _run("set", *ONE, "--price", "2", "--why", "x", "--from", "2090-01-01T00:20Z")
    assert "15 minutes" in str(refused.exception)


def test_a_gap_in_the_past_is_filled_only_on_demand(prices: Database) -> None:
    with connect(prices.owner) as connection:
        write_usage(connection, [Recorded(usage_event(PAST, 0, model="m", prompt_tokens=3, completion_tokens=0), 0)])
        assert project_usage(connection, "p1").totals.unpriced
        _set("1", "--unit", "1", "--from", "2026-03-01", "--fill")
        assert project_usage(connection, "p1").totals.cost == 3


FILE = """provider,model,token_class,price,from,book,workspace_id
openai,m,input_text,1,2090-01-01,cost,
openai,m,input_text,2,2091-01-01,cost,
openai,m,output_text,8,2090-01-01,sell,w1
"""


def test_a_file_is_entered_whole_and_again_without_effect(prices: Database, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(FILE)
    planned = _json("import", str(path), "--why", "offer", "--dry-run")
    assert [change["change"] for change in planned] == ["new"] * 3
    assert _run("show", "m").exit_code == 1
    assert _json("diff", str(path)) == planned
    assert _json("import", str(path), "--why", "offer") == planned
    again = _json("import", str(path), "--why", "offer")
    assert [change["change"] for change in again] == ["unchanged"] * 3
    ranges = [(row["price"], row["starts"][:4], row["ends"]) for row in _json("show", "m")["prices"]]
    assert ranges == [("1", "2090", "2091-01-01T00:00:00Z"), ("2", "2091", None), ("8", "2090", None)]


def test_one_bad_row_and_nothing_of_a_file_is_entered(prices: Database, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(FILE + "openai,m,web_search,1,2001-01-01,cost,\n")
    refused = _run("import", str(path), "--why", "offer")
    assert isinstance(refused.exception, PricesRefusedError)
    assert "web_search" in str(refused.exception)
    assert _run("show", "m").exit_code == 1


def test_lists_are_of_a_time_and_filtered(prices: Database) -> None:
    _set("1", "--from", SOON)
    _set("9", "--from", SOON, "--book", "sell", "--workspace", "w1", "--currency", "EUR")
    at = ("--at", "2090-06-01", "--model", "m")
    assert [row["price"] for row in _json("list", *at)] == ["1", "9"]
    assert [row["currency"] for row in _json("list", *at, "--book", "sell")] == ["EUR"]
    assert _json("list", *at, "--workspace", "w1")[0]["price"] == "9"
    assert _json("list", "--model", "m") == []
    assert "gpt-4.1-nano" in _run("list", "--provider", "openai").stdout


def test_two_times_differ_by_what_changed_between_them(prices: Database) -> None:
    _set("1", "--from", SOON)
    _set("2", "--from", LATER)
    (found,) = _json("diff", "--from", "2091-01-01", "--to", LATER)
    assert (found["before"]["price"], found["after"]["price"]) == ("1", "2")
    (added,) = _json("diff", "--from", "2089-01-01", "--to", SOON)
    assert (added["before"], added["after"]["price"]) == (None, "1")
    assert "same prices" in _run("diff", "--from", SOON, "--to", "2090-02-01").stdout


def test_an_administrator_may_enter_prices_a_reader_not(prices: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(prices.superuser) as connection:
        for role in ("tollbook_admin", "tollbook_reader"):
            login = f"{role}_{prices.name}"
            connection.execute(f"CREATE ROLE {login} LOGIN PASSWORD 'x' IN ROLE {role}".encode())
    try:
        monkeypatch.setenv("TOLLBOOK_POSTGRES", _as(prices.owner, f"tollbook_admin_{prices.name}"))
        _set("1")
        _set("2", "--from", SOON)
        assert {row["created_by"] for row in _json("show", "m")["prices"]} == {f"tollbook_admin_{prices.name}"}
        monkeypatch.setenv("TOLLBOOK_POSTGRES", _as(prices.owner, f"tollbook_reader_{prices.name}"))
        assert len(_json("show", "m")["prices"]) == 2
        refused = _run("set", *ONE, "--price", "3", "--why", "x", "--from", LATER)
        assert isinstance(refused.exception, PriceTableError)
        assert "tollbook_admin" in str(refused.exception)
    finally:
        with connect(prices.superuser) as connection:
            for role in ("tollbook_admin", "tollbook_reader"):
                connection.execute(f"DROP ROLE {role}_{prices.name}".encode())


def _as(dsn: str, role: str) -> str:
    parts = [part for part in dsn.split() if not part.startswith(("user=", "password="))]
    return " ".join([*parts, f"user={role}", "password=x"])


def test_a_correction_of_the_past_is_an_entry_with_its_difference(prices: Database) -> None:
    write = ("--provider", "openai", "--model", "gpt-4.1-nano", "--class", "input_text", "--unit", "1000")
    hour = ("--from", "2026-03-02T12:00Z", "--to", "2026-03-02T13:00Z")
    with connect(prices.owner) as connection:
        events = [
            usage_event(PAST + timedelta(hours=hour), hour, prompt_tokens=1000, completion_tokens=0) for hour in (0, 1)
        ]
        write_usage(connection, [Recorded(event, number) for number, event in enumerate(events)])
    planned = _json("correct", *write, "--price", "0.0002", *hour, "--why", "typo", "--dry-run")
    (entry,) = _json("correct", *write, "--price", "0.0002", *hour, "--why", "typo")
    assert [entry] == planned
    assert (entry["old_price_per_one"], entry["quantity"], entry["difference"]) == ("0.0000001", "1000", "0.0001")
    assert entry["by_workspace"] == [{"workspace_id": "w1", "difference": "0.0001"}]
    assert _json("show", "gpt-4.1-nano")["corrections"][0]["why"] == "typo"
    assert _actions(prices) == [("tollbook_owner", "price correction", "typo", "done")]
    again = _run("correct", *write, "--price", "0.0002", *hour, "--why", "typo")
    assert "nothing to correct" in str(again.exception)
    future = _run("correct", *write, "--price", "1", "--from", "2026-03-01", "--to", "2090-01-01", "--why", "x")
    assert "windows that are over" in str(future.exception)


def _asked(amount: str, **fields: Any) -> Price:
    base = {"provider": "openai", "model": "m", "token_class": "input_text", "price": amount, "unit": 1}
    return Price.model_validate(base | fields)


def test_a_seed_never_overrides_a_price_of_yours(prices: Database) -> None:
    start = {"from": "2026-03-01"}
    seeds = [_asked("7", **start), _asked("9", min_prompt_tokens=200_000, **start), _asked("4", service_tier="flex")]
    with connect(prices.owner) as connection:
        enter_prices(connection, [_asked("1", **start)], "mine", fill=True)
        changes = enter_prices(connection, seeds, "to start from", seed=True, fill=True)
        assert [change.kind for change in changes] == ["new", "kept", "kept"]
        connection.execute(
            "INSERT INTO llm_pricing (book, provider, model, token_class, min_prompt_tokens, unit, price, effective,"
            " source, why, seed)"
            " VALUES ('cost', 'openai', 'm', 'input_text', 200000, 1, 9, '[2026-03-01Z,)', 'seed: x', 'sneaky', true)"
        )
        event = usage_event(PAST, 0, model="m", prompt_tokens=300_000, completion_tokens=0)
        write_usage(connection, [Recorded(event, 0)])
        assert project_usage(connection, "p1").totals.cost == 300_000


def test_nobody_can_write_another_name_or_time_into_a_price(prices: Database) -> None:
    with connect(prices.owner) as connection:
        row = connection.execute(
            "INSERT INTO llm_pricing (book, provider, model, token_class, unit, price, effective, source, why,"
            " created_by, created_at) VALUES ('cost', 'openai', 'm', 'input_text', 1, 9, '[2026-03-01Z,)', 'x', 'y',"
            " 'somebody', '2020-01-01Z') RETURNING created_by, created_at = now()"
        ).fetchone()
        assert row == ("tollbook_owner", True)
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "INSERT INTO llm_pricing (book, provider, model, token_class, unit, price, effective, source, why)"
                " VALUES ('cost', 'openai', 'n', 'input_text', 1, 9, '[2026-03-01Z,)', 'x', ' ')"
            )
