"""Which day may go, without a database."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tollbook_sinks.lifecycle.retention import DayFacts, RetentionRule, WindowFacts, decide
from tollbook_sinks.lifecycle.retention.decision import DAY_MS, day_end_ms
from tollbook_sinks.lifecycle.windows import Window

DAY = date(2026, 9, 21)
END = day_end_ms(DAY)
RULE = RetentionRule(retention_ms=30 * DAY_MS, horizon_ms=7 * DAY_MS)
OLD = END + 30 * DAY_MS + 1
"""The first clock at which the day is old enough."""

windows = st.builds(
    WindowFacts,
    window=st.builds(Window, st.sampled_from(["live", "imp_" + "0" * 32]), st.integers(END - DAY_MS, END - 1)),
    state=st.sampled_from([None, "open", "closed", "disputed", "compacted"]),
    proven_rows=st.integers(0, 2),
    on_time_rows=st.integers(0, 2),
    late_rows=st.integers(0, 1),
    corrections=st.integers(0, 1),
)


def prove(facts: WindowFacts) -> WindowFacts:
    """The same rows, all accounted for."""
    return replace(facts, state="compacted", proven_rows=facts.on_time_rows, corrections=facts.late_rows)


proven = windows.map(prove)
clocks = st.lists(st.integers(0, 2 * OLD - END), max_size=4)
rules = st.builds(RetentionRule, st.none() | st.integers(1, 40).map(lambda n: n * DAY_MS), st.integers(1, 40 * DAY_MS))


def is_proven(window: WindowFacts) -> bool:
    """What a window must be, said once more."""
    counted = window.on_time_rows == window.proven_rows and window.late_rows == window.corrections
    return window.state == "compacted" and counted


@given(rules, clocks, st.lists(windows | proven, max_size=4))
def test_a_day_goes_exactly_when_all_is_proven_and_every_clock_is_far_enough(
    rule: RetentionRule, found: list[int], facts: list[WindowFacts]
) -> None:
    far_enough = (
        rule.retention_ms is not None
        and bool(found)
        and all(clock > END + max(rule.retention_ms, rule.horizon_ms) for clock in found)
    )
    verdict = decide(rule, found, DayFacts(DAY, tuple(facts)))
    assert verdict.goes == (far_enough and all(is_proven(window) for window in facts))


@given(st.lists(windows | proven, max_size=6))
def test_every_window_that_is_not_proven_is_named_once(facts: list[WindowFacts]) -> None:
    verdict = decide(RULE, [OLD], DayFacts(DAY, tuple(facts)))
    named = [window for window in facts if not is_proven(window)]
    assert len(verdict.reasons) == len(named)
    assert all(str(window.window) in reason.detail for window, reason in zip(named, verdict.reasons, strict=True))


@given(rules, clocks.filter(bool), st.lists(proven, max_size=3), st.integers(1, 2 * OLD), st.integers(0, 3))
def test_a_clock_that_moves_on_never_keeps_a_day_that_goes(
    rule: RetentionRule, found: list[int], facts: list[WindowFacts], by: int, which: int
) -> None:
    moved = [clock + by * (number == which) for number, clock in enumerate(found)]
    if decide(rule, found, DayFacts(DAY, tuple(facts))).goes:
        assert decide(rule, moved, DayFacts(DAY, tuple(facts))).goes


def test_the_reasons_come_in_the_order_in_which_they_are_over() -> None:
    facts = DayFacts(DAY, (WindowFacts(Window("live", END - 1), "disputed"),))

    def code(clock: int, rule: RetentionRule = RULE) -> str:
        return decide(rule, [clock, 2 * OLD], facts).reasons[0].code

    assert code(OLD, replace(RULE, retention_ms=None)) == "no_retention"
    assert code(0) == "no_clock"
    assert code(OLD - 1) == "retention"
    assert code(END + 7 * DAY_MS, replace(RULE, retention_ms=DAY_MS)) == "horizon"
    assert code(OLD) == "unfinished"
