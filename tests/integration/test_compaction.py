"""A closed window that adds up becomes final rows with a proof."""

from collections.abc import Iterator

import pytest

from support.lifecycle_case import CLOSED, HOUR, LIVE, START, Case, call, fill, open_case
from support.postgres import Database


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database) as made:
        yield made


def test_a_window_that_adds_up_is_compacted_with_its_proof(case: Case) -> None:
    fill(case)
    report = case.maintain()
    assert [verdict.window for verdict in report.compacted] == [LIVE]
    (window,) = case.run("windows")
    assert window["state"] == "compacted"
    assert window["ledger_events"] == window["rollup_events"] == window["ledger_calls"] == window["rollup_calls"] == 12
    assert window["ledger_digest"] == window["rollup_digest"]
    assert len(window["ledger_digest"]) == 32
    assert window["sums"] == {
        "events": 12,
        "calls_success": 11,
        "calls_timeout": 1,
        "calls_with_usage": 11,
        "prompt_tokens": 1100,
        "prompt_tokens_calls": 11,
        "completion_tokens": 110,
        "completion_tokens_calls": 11,
    }
    assert window["differences"] is None
    assert window["closed_at"] <= window["compacted_at"]


def test_final_rows_are_gross_and_sessions_and_operations_are_net(case: Case) -> None:
    fill(case)
    assert case.events() == {"partials": 14, "rollups": 0, "sessions": 0, "operations": 0, "adjustments": -1}
    case.maintain()
    # 14 gross, minus duplicate and conflict; one late event beside them. One event has no session.
    assert case.events() == {"partials": 0, "rollups": 14, "sessions": 11, "operations": 1, "adjustments": -1}


def test_the_whole_answer_is_the_same_before_and_after(case: Case) -> None:
    fill(case)
    before = case.events()
    case.maintain()
    after = case.events()
    assert before["partials"] + before["adjustments"] == after["rollups"] + after["adjustments"] == 13


def test_events_after_compaction_leave_the_window_as_it_is(case: Case) -> None:
    fill(case)
    case.maintain()
    before = [row for row in case.run("totals") if row["of"] != "adjustment"]
    case.log.event(call(4, "later"), CLOSED + 5)
    case.log.sink()
    assert case.maintain().did_something is False
    assert case.run("totals") == before
    assert case.events()["adjustments"] == 0


def test_totals_sent_again_do_not_come_back_as_partials(case: Case) -> None:
    fill(case)
    case.maintain()
    case.log.sink()
    assert case.events()["partials"] == 0


def test_windows_of_one_pass_are_compacted_each_on_its_own(case: Case) -> None:
    for hour in range(3):
        case.log.event(call(60 * hour), START + hour * HOUR, hour % 2)
    case.log.tick(START + 4 * HOUR + 1)
    case.log.sink()
    assert [verdict.window.start_ms for verdict in case.maintain().compacted] == [
        START,
        START + HOUR,
        START + 2 * HOUR,
    ]
    assert case.states() == ["compacted"] * 3


def test_a_window_of_late_events_alone_is_compacted_as_empty(case: Case) -> None:
    case.log.tick(CLOSED)
    case.log.event(call(), CLOSED + 1)
    case.log.sink()
    (verdict,) = case.maintain().compacted
    assert verdict.comparison.ledger.events == 0
    assert case.events() == {"partials": 0, "rollups": 0, "sessions": 0, "operations": 0, "adjustments": 1}


def test_a_sink_that_holds_the_window_is_waited_for(case: Case) -> None:
    """The sink's transaction keeps the state of the windows it writes; nothing is compacted behind its back."""
    fill(case)
    case.log.event(call(5, "meanwhile"), CLOSED + 9)
    with case.log.connection.transaction():
        case.log.sink()
        case.superuser.execute(b"SET lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            case.run("lock_window", start=LIVE.start)
    case.maintain()
    assert case.states() == ["compacted"]
