"""Whatever the order of a call's lines, it ends once or is open once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.spool.open_calls import OpenCalls, Outcome

FACTS = {"m": 1}


def take_all(records: list[list[object]], calls: OpenCalls) -> list[Outcome]:
    return [outcome for record in records if (outcome := calls.take(record, 1)) is not None]


def test_the_latest_facts_are_kept_under_the_reserved_id() -> None:
    calls = OpenCalls()
    assert (
        take_all([["b", "c1", {"n": 0}], ["p", "c1", {"n": 1}], ["b", "c2", FACTS], ["p", "c1", {"n": 2}]], calls) == []
    )
    assert calls.interrupted() == [Outcome("c1", {"n": 2}), Outcome("c2", FACTS)]


def test_an_end_is_the_outcome_and_nothing_stays_open() -> None:
    calls = OpenCalls()
    ended = take_all([["b", "c", FACTS], ["e", "c", "id", {"n": 3}], ["l", "other", FACTS]], calls)
    assert ended == [Outcome("id", {"n": 3}), Outcome("other", FACTS)]
    assert len(calls) == 0


def test_totals_that_come_after_the_end_open_nothing() -> None:
    calls = OpenCalls()
    take_all([["b", "c", FACTS], ["e", "c", "id", FACTS], ["p", "c", FACTS]], calls)
    assert calls.interrupted() == []


def test_a_close_before_its_beginning_was_read_counts() -> None:
    calls = OpenCalls()
    calls.close("c")
    assert take_all([["b", "c", FACTS], ["c", "c"]], calls) == []
    assert len(calls) == 0


@pytest.mark.parametrize("record", [["x", "c"], ["b", "c"], [], ["e", "c", "id"], ["b", 1, {}]])
def test_an_unknown_record_is_refused(record: list[object]) -> None:
    with pytest.raises(ValueError, match="does not know"):
        OpenCalls().take(record, 1)


@given(st.permutations(["r", "r", "e"]), st.booleans(), st.booleans())
def test_facts_written_again_behind_the_end_open_nothing(kinds: list[str], began: bool, closed: bool) -> None:
    """What an adopter finds: the beginning may be gone with its segment, the closing may not be written yet."""
    bodies: dict[str, list[object]] = {"r": ["r", "c", FACTS], "e": ["e", "c", "id", FACTS]}
    beginning: list[list[object]] = [["b", "c", FACTS]]
    closing: list[list[object]] = [["c", "c"]]
    records = beginning * began + [bodies[kind] for kind in kinds] + closing * closed
    calls = OpenCalls({"c"}, forget=False)
    assert take_all(records, calls) == [Outcome("id", FACTS)]
    assert len(calls) == 0


def test_the_process_itself_remembers_no_more_than_what_is_ahead() -> None:
    calls = OpenCalls()
    calls.take(["b", "c", FACTS], 1)
    assert calls.begun_until(1) == [("c", FACTS)]
    calls.rewritten.add("c")
    assert calls.begun_until(1) == []
    take_all([["e", "c", "id", FACTS], ["r", "c", FACTS], ["c", "c"]], calls)
    assert (len(calls), calls.rewritten) == (0, set())


def test_facts_written_again_move_an_open_call() -> None:
    calls = OpenCalls()
    calls.take(["b", "c", FACTS], 1)
    calls.rewritten.add("c")
    calls.take(["r", "c", FACTS], 5)
    assert calls.begun_until(4) == []
    assert calls.begun_until(5) == [("c", FACTS)]
