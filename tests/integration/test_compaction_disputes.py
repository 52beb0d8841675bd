"""A window that does not add up is disputed, says where, loses nothing, and is compacted once it is repaired."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from support.lifecycle_case import CLOSED, LIVE, START, Case, call, fill, open_case
from support.postgres import Database
from tollbook_sinks.lifecycle import maintain_once

CALLS = 130
"""More rows than differences are listed."""


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database) as made:
        fill(made)
        made.run("make_room_for_removed")
        yield made


def raise_partial(case: Case) -> None:
    case.run("raise_partial", by=1)


def lower_partial(case: Case) -> None:
    case.run("raise_partial", by=-1)


def overflow_partial(case: Case) -> None:
    case.run("raise_partial", by=2**62)
    case.run("raise_partial", by=2**61)


def undo_overflow(case: Case) -> None:
    case.run("raise_partial", by=-(2**62))
    case.run("raise_partial", by=-(2**61))


def delete_partial(case: Case) -> None:
    case.run("delete_partial")


def send_totals_again(case: Case) -> None:
    case.log.sink()


def remove_ledger_row(case: Case) -> None:
    case.run("remove_ledger_row", partition=1, offset=0)


def put_back_ledger_row(case: Case) -> None:
    case.run("put_back_ledger_row")


def add_ledger_row(case: Case) -> None:
    case.run("add_ledger_row")


def remove_added_row(case: Case) -> None:
    case.run("remove_added_ledger_row")


Act = Callable[[Case], None]


@pytest.mark.parametrize(
    ("tamper", "repair", "measure", "by"),
    [
        (raise_partial, lower_partial, "prompt_tokens", 1),
        (overflow_partial, undo_overflow, "prompt_tokens", 2**62 + 2**61),
        (delete_partial, send_totals_again, "events", None),
        (remove_ledger_row, put_back_ledger_row, "events", 1),
        (add_ledger_row, remove_added_row, "events", -1),
    ],
)
def test_tampering_is_disputed_and_a_repaired_window_compacted(
    case: Case, tamper: Act, repair: Act, measure: str, by: int | None
) -> None:
    tamper(case)
    before = case.events()
    (verdict,) = case.maintain().disputed
    assert verdict.window == LIVE
    found = next(entry for entry in verdict.comparison.differences if entry.measure == measure)
    assert found.dimensions.project_id in {"p", "p0", "p1"}
    assert found.ledger != found.rollup
    if by is not None:
        assert found.rollup - found.ledger == by
    assert case.events() == before
    assert case.states() == ["disputed"]
    repair(case)
    assert [entry.window for entry in case.maintain().compacted] == [LIVE]
    assert [row["differences"] for row in case.run("windows")] == [None]
    assert case.audit().findings == ()


def test_a_disputed_window_keeps_both_sides_and_a_bounded_list_of_differences(database: Database) -> None:
    with open_case(database) as case:
        for number in range(CALLS):
            case.log.event(call(1, project_id=f"p{number:03}"), START + 1)
        case.log.tick(CLOSED)
        case.log.sink()
        case.run("raise_partial", by=5)
        case.maintain()
        (window,) = case.run("windows")
    assert window["differences"]["count"] == CALLS
    assert len(window["differences"]["first"]) == 100
    assert window["differences"]["first"][0] == {
        "dimensions": {
            "project_id": "p000",
            "provider": "openai",
            "model": "gpt-4.1",
            "use_case": "barbara_analysis",
            "batch": False,
            "prompt_band": 0,
        },
        "measure": "prompt_tokens",
        "ledger": 100,
        "rollup": 105,
    }
    assert window["ledger_digest"] != window["rollup_digest"]
    assert window["sums"] is None
    assert window["compacted_at"] is None


def test_a_disputed_window_does_not_keep_others_from_being_compacted(case: Case) -> None:
    case.log.event(call(60), CLOSED + 2)
    case.log.tick(CLOSED + 3_600_000)
    case.log.sink()
    case.run("delete_partial")
    case.log.event(call(60, "again"), CLOSED + 3_600_001)  # late: no total is sent for it
    report = case.maintain()
    assert [verdict.window.start_ms for verdict in report.disputed] == [START, START + 3_600_000]
    case.log.sink()
    assert len(case.maintain().compacted) == 2


def test_a_service_looks_at_a_disputed_window_only_every_so_often(case: Case) -> None:
    case.run("raise_partial", by=1)
    case.maintain()
    again = maintain_once(case.database.owner, case.settings, recheck=timedelta(hours=1))
    assert again.disputed == ()
    assert len(case.maintain().disputed) == 1


def test_what_is_left_of_a_window_that_was_taken_back_is_made_anew(case: Case) -> None:
    case.maintain()
    before = case.run("totals")
    case.run("reopen_window")
    assert len(case.maintain().compacted) == 1
    assert case.run("totals") == before
