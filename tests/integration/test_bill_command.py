"""`tollbook bill` as a user meets it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from support.billing_events import usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing import BillingDatabaseError
from tollbook_cli.commands import bill

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
APRIL = ("--from", "2026-04-01", "--to", "2026-05-01")
VARYING = {"calls_that_report", "unpriced", "totals"}
REPORT = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110, "latency_ms": 640}


@pytest.fixture
def billed(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with two calls of project p1 and session s1 in April 2026, one of them late, and its setting."""
    answered = usage_event(
        NOON, 0, response_model="gpt-4.1-nano-2025-04-14", session_id="s1", web_search_requests=1, **REPORT
    )
    failed = usage_event(NOON, 1, response_model="gpt-4.1-nano-2025-04-14", session_id="s1", status="timeout")
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(answered, 0), Recorded(failed, 1, "late")], compacted={("live", NOON)})
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    return database


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(bill.command)
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "100", "TERM": "dumb"})


def _json(*arguments: str) -> dict[str, Any]:
    answer = _run(*arguments, "--json")
    assert answer.exit_code == 0, answer.output
    loaded: dict[str, Any] = json.loads(answer.stdout)
    return loaded


def _shape(value: Any) -> Any:
    """Names all the way down; of a list its first item; names of counts that vary are left out."""
    if isinstance(value, dict):
        return {name: _shape(part) for name, part in value.items() if name not in VARYING}
    return [_shape(value[0])] if isinstance(value, list) and value else None


def test_the_json_is_as_the_help_says(billed: Database) -> None:
    documented = re.search(r"\{\"scope\".*?\"differences\": null\}\]\}", bill.command.__doc__ or "", re.DOTALL)
    assert documented
    example = json.loads(documented.group())
    answer = _json("--project", "p1", *APRIL)
    assert _shape(answer) == _shape(example)
    line, told = answer["lines"][0], example["lines"][0]
    assert {**line, "calls_that_report": {**line["calls_that_report"], "latency_ms": 2}} == told
    assert answer["totals"] == {name: line[name] for name in answer["totals"]}
    assert line.keys() - answer["totals"].keys() == {"provider", "model", "response_model", "use_case", "state"}


def test_a_person_sees_the_line_its_cost_and_what_is_missing(billed: Database) -> None:
    shown = _run("--project", "p1", *APRIL)
    assert shown.exit_code == 0, shown.output
    for part in (
        "gpt-4.1-nano",
        "barbara_analysis",
        "<0.0001",
        "1 timeout",
        "1 web_search",
        "UNPRICED",
        "late",
        "50.0 %",
    ):
        assert part in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 100


@pytest.mark.parametrize("scope", [("--project", "p1"), ("--session", "s1"), ("--workspace", "w1")])
def test_every_scope_answers_alike(billed: Database, scope: tuple[str, str]) -> None:
    answer = _json(*scope, "--all-time")
    assert (answer["totals"]["calls"], answer["from"], answer["to"]) == (2, None, None)
    assert answer["confidence"]["is_final"]


def test_a_workspace_narrows_a_project(billed: Database) -> None:
    assert _json("--project", "p1", "--workspace", "w1", *APRIL)["totals"]["calls"] == 2
    assert _json("--project", "p1", "--workspace", "other", *APRIL)["lines"] == []


def test_without_a_range_it_is_this_month(billed: Database) -> None:
    answer = _json("--project", "p1")
    first, following = datetime.fromisoformat(answer["from"]), datetime.fromisoformat(answer["to"])
    assert first.day == following.day == 1
    assert timedelta(days=28) <= following - first <= timedelta(days=31)


def test_no_usage_is_said_and_is_no_failure(billed: Database) -> None:
    shown = _run("--project", "nobody", *APRIL)
    assert (shown.exit_code, shown.stdout.startswith("no usage found for project nobody")) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--project", "p", "--session", "s"),
        ("--project", "p", "--from", "soon"),
        ("--project", "p", "--from", "2026-04-01T00:30"),
        ("--project", "p", "--from", "2026-04-01", "--to", "2026-04-01"),
        ("--project", "p", "--all-time", "--to", "2026-04-01"),
    ],
)
def test_misuse_exits_with_2(billed: Database, arguments: tuple[str, ...]) -> None:
    assert _run(*arguments).exit_code == 2


def test_an_unreachable_database_is_an_error_a_user_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", "host=127.0.0.1 port=1")
    assert isinstance(_run("--project", "p1").exception, BillingDatabaseError)


def test_lines_are_told_apart_as_asked(billed: Database) -> None:
    (line,) = _json("--project", "p1", *APRIL, "--by", "day", "--by", "environment", "--zone", "Europe/Berlin")["lines"]
    assert (line["period"], line["period_start"]) == ("2026-04-02", "2026-04-01T22:00:00Z")
    assert (line["environment"], line["provider"], line["calls"]) == (None, None, 2)
    shown = _run("--project", "p1", *APRIL, "--by", "month", "--by", "template")
    assert re.search(r"2026-04 .*\n +template –", shown.stdout), shown.stdout  # noqa: RUF001  # as in figures.py


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--by", "colour"), "told apart by provider, model"),
        (("--by", "day", "--zone", "Asia/Kolkata"), "of Asia/Kolkata begins at"),
        (("--template", "t1"), "exclude each other"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(billed: Database, arguments: tuple[str, ...], reason: str) -> None:
    answer = _run("--project", "p1", *APRIL, *arguments)
    assert answer.exit_code != 0
    assert reason in " ".join((answer.output + str(answer.exception)).replace("│", " ").split())
