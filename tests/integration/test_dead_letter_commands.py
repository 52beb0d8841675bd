"""The commands for dead letters that need no Kafka: listing, showing, discarding; and the record of decisions."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection, errors
from typer.testing import CliRunner, Result

from support.json_shapes import example_of, shape
from support.lifecycle_case import Case, open_case
from support.postgres import Database
from support.sink_events import DAY_MS, usage_event
from tollbook_cli.app import make_app
from tollbook_cli.dead_letters.listing import list_dead_letters

NOW_MS = 1_790_000_000_000
DECISIONS = 'SELECT kind, partition, "offset", decision, import_id, who, why FROM llm_dead_letter_decisions'


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(make_app("dead-letters"), ["dead-letters", *arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


@pytest.fixture
def case(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """Two records that are no event and one too old, in partition 1 the last."""
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    with open_case(database) as opened:
        opened.log.garbage(NOW_MS)
        opened.log.garbage(NOW_MS + 1000)
        opened.log.event(usage_event(1, NOW_MS - 30 * DAY_MS), NOW_MS + 2000, 1)
        opened.log.sink()
        yield opened


@pytest.fixture
def owner(database: Database) -> Iterator[Connection[Any]]:
    with psycopg.connect(database.owner, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("options", "letters"),
    [
        ((), ["live/1/0", "live/0/1", "live/0/0"]),
        (("--limit", "1"), ["live/1/0"]),
        (("--reason", "not_json"), ["live/0/1", "live/0/0"]),
        (("--partition", "1"), ["live/1/0"]),
        (("--kind", "import"), []),
        (("--since", "2026-09-21T14:13:21Z"), ["live/1/0", "live/0/1"]),
        (("--until", "2026-09-21T14:13:21Z", "--state", "undecided"), ["live/0/0"]),
        (("--state", "requeued"), []),
    ],
)
def test_list_chooses(case: Case, options: tuple[str, ...], letters: list[str]) -> None:
    listed = json.loads(run("list", "--json", *options).stdout)
    assert [letter["letter"] for letter in listed["letters"]] == letters
    if "--limit" not in options:
        assert sum(count["count"] for count in listed["counts"]) == len(letters)


def test_the_json_has_the_shape_of_the_example_in_the_help(case: Case) -> None:
    listed = json.loads(run("list", "--json", "--reason", "too_old").stdout)
    assert shape(listed) == shape(example_of(list_dead_letters))


def test_show_says_why_in_a_sentence_and_shows_the_record(case: Case) -> None:
    shown = run("show", "live/1/0").stdout
    assert "The event was older than the acceptance horizon when it reached the log: requeue it to count it." in shown
    assert '"model": "gpt-x"' in shown
    told = json.loads(run("show", "live/0/0", "--json").stdout)
    assert told["record"] == {"key": "key", "headers": [], "value": "no JSON"}
    assert "no call can be read from it" in told["explanation"]


def test_a_discard_is_on_record_and_for_ever(case: Case, owner: Connection[Any]) -> None:
    assert "2 dead letters would be" in run("discard", "--reason", "not_json", "--why", "a test", "--dry-run").stdout
    assert owner.execute(DECISIONS).fetchall() == []
    done = json.loads(run("discard", "live/0/1", "--why", "a test of ours", "--json").stdout)
    assert done == {"status": "discarded", "letters": 1}
    decisions = owner.execute(DECISIONS).fetchall()
    assert decisions == [("live", 0, 1, "discard", None, "tollbook_owner", "a test of ours")]
    again = json.loads(run("discard", "live/0/1", "--why", "again", "--json").stdout)
    assert again == {"status": "nothing_to_do", "letters": 0}
    assert "discarded by tollbook_owner" in run("show", "live/0/1").stdout
    actions = owner.execute(
        "SELECT action, why, outcome, details FROM llm_admin_actions ORDER BY id LIMIT 2"
    ).fetchall()
    assert actions == [
        ("discard dead letters", "a test of ours", "begun", {"letters": ["live/0/1"]}),
        ("discard dead letters", "a test of ours", "done", {"letters": 1}),
    ]
    for statement in ("UPDATE llm_dead_letter_decisions SET why = 'x'", "DELETE FROM llm_dead_letter_decisions"):
        with pytest.raises(errors.RestrictViolation, match="append-only"):
            owner.execute(statement.encode())


def test_a_letter_has_one_fate(case: Case, owner: Connection[Any]) -> None:
    run("discard", "live/0/1", "--why", "a test")
    with pytest.raises(errors.UniqueViolation, match="one_fate"):
        owner.execute(
            'INSERT INTO llm_dead_letter_decisions (kind, partition, "offset", decision, import_id, action, why)'
            " VALUES ('live', 0, 1, 'requeue', 'imp_1', 1, 'x')"
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ("discard", "--why", "everything, by mistake"),
        ("discard", "--all", "live/0/1", "--why", "both"),
        ("discard", "live/0/1", "--why", " "),
        ("requeue",),
        ("list", "--reason", "nonsense"),
        ("list", "--since", "yesterday"),
        ("show", "0/1"),
    ],
)
def test_misuse(case: Case, arguments: tuple[str, ...]) -> None:
    run(*arguments, code=2)


def test_the_sink_may_not_decide(case: Case, database: Database, owner: Connection[Any]) -> None:
    with psycopg.connect(database.sink, autocommit=True) as sink, pytest.raises(errors.InsufficientPrivilege):
        sink.execute("SELECT FROM llm_dead_letter_decisions")


def test_an_administrator_who_does_not_own_the_tables_decides(
    case: Case, database: Database, owner: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c role=tollbook_admin")
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.superuser)
    assert "2 dead letters discarded" in run("discard", "--reason", "not_json", "--why", "a test").stdout
    looked = json.loads(run("requeue", "--all", "--dry-run", "--json").stdout)
    assert (looked["status"], looked["letters"], looked["sent"]) == ("checked", 1, 1)
