"""Windows, clocks and judgements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_schemas import (
    BrokenBrokerClockError,
    DecodedEvent,
    ImportEnd,
    PartitionTime,
    Rejected,
    Tick,
    WindowRule,
    judge,
)
from tollbook_schemas.judge import MAX_CLOCK_LEAD_MS, refuse_broken_clock
from tollbook_schemas.windows import judge_live, on_time_span
from unit.schemas.strategies import HOUR_MS, created, event

RULE = WindowRule()
IMPORT_ID = "imp_" + "0" * 32
rules = st.builds(WindowRule, width_ms=st.sampled_from([900_000, 1_800_000, HOUR_MS]), grace_ms=st.integers(0, HOUR_MS))


@given(rules, created)
def test_every_moment_is_in_exactly_one_window(rule: WindowRule, created_ms: int) -> None:
    start = rule.start(created_ms)
    assert start <= created_ms < rule.end(start)
    assert rule.is_boundary(start)
    assert rule.start(start) == start
    assert rule.start(rule.end(start)) == rule.end(start)


@given(rules, created, st.integers(0, 8 * 86_400_000), st.integers(0, 8 * 86_400_000))
def test_a_later_clock_never_makes_an_event_less_late(rule: WindowRule, created_ms: int, lag: int, more: int) -> None:
    order = ["on_time", "late", "too_old"]
    first = judge_live(rule, created_ms, created_ms, created_ms + lag)
    later = judge_live(rule, created_ms, created_ms, created_ms + lag + more)
    assert order.index(first) <= order.index(later)


@given(rules, created, st.integers(0, 8 * 86_400_000), st.integers(-400_000, 8 * 86_400_000), st.integers(-1, 1))
def test_the_span_holds_what_is_on_time(rule: WindowRule, clock: int, behind: int, lag: int, nudge: int) -> None:
    span = on_time_span(rule, clock - behind, clock)
    for created_ms in (clock - lag, span.start + nudge, span.stop + nudge):
        verdict = judge_live(rule, created_ms, clock - behind, clock)
        assert (created_ms in span) == (verdict == "on_time")


def test_the_grace_is_inclusive() -> None:
    start = RULE.start(1_700_000_000_000)
    last = start + RULE.width_ms + RULE.grace_ms
    assert judge_live(RULE, start, last, last) == "on_time"
    assert judge_live(RULE, start, last + 1, last + 1) == "late"
    assert not RULE.is_closed(start, last)
    assert RULE.is_closed(start, last + 1)


def test_the_horizon_and_the_future() -> None:
    now = 1_700_000_000_000
    assert judge_live(RULE, now - RULE.horizon_ms, now, now) == "late"
    assert judge_live(RULE, now - RULE.horizon_ms - 1, now, now) == "too_old"
    assert judge_live(RULE, now + RULE.future_ms, now, now) == "on_time"
    assert judge_live(RULE, now + RULE.future_ms + 1, now, now) == "in_future"


def test_the_clock_is_the_highest_append_time_and_every_record_moves_it() -> None:
    time = PartitionTime()
    for decoded in (Tick(), Rejected("not_json", ""), DecodedEvent(event(), None)):
        judge(RULE, "live", time, decoded, time.clock + 10)
    judge(RULE, "live", time, Tick(), 5)
    assert time.clock == 30


def test_a_tick_makes_a_slow_event_late() -> None:
    slow = DecodedEvent(event(), None)
    start = RULE.start(slow.event.created_ms)
    time = PartitionTime()
    assert judge(RULE, "live", time, slow, slow.event.created_ms).outcome == "on_time"
    judge(RULE, "live", time, Tick(), start + RULE.width_ms + RULE.grace_ms + 1)
    assert judge(RULE, "live", time, slow, slow.event.created_ms).outcome == "late"


def test_nothing_in_an_import_is_late_before_its_end() -> None:
    old = DecodedEvent(event(created_ms=1_000), IMPORT_ID)
    other = DecodedEvent(event(created_ms=1_000), "imp_" + "1" * 32)
    time = PartitionTime()
    now = 1_700_000_000_000
    assert judge(RULE, "import", time, old, now).outcome == "on_time"
    assert judge(RULE, "import", time, ImportEnd(IMPORT_ID), now).outcome == "end"
    assert judge(RULE, "import", time, old, now).outcome == "late"
    assert judge(RULE, "import", time, other, now).outcome == "on_time"
    assert judge(RULE, "import", time, old, now + RULE.horizon_ms).outcome == "late"


def test_an_imports_future_events_are_dead() -> None:
    dead = judge(RULE, "import", PartitionTime(), DecodedEvent(event(created_ms=RULE.future_ms + 2), IMPORT_ID), 1)
    assert (dead.outcome, dead.reason) == ("dead", "in_future")
    assert "clock" in dead.detail


def test_the_map_of_ended_imports_stays_small() -> None:
    time = PartitionTime()
    judge(RULE, "import", time, ImportEnd(IMPORT_ID), 1_000)
    judge(RULE, "import", time, Tick(), 1_000 + RULE.horizon_ms)
    assert time.ended == {IMPORT_ID: 1_000}
    judge(RULE, "import", time, Tick(), 1_001 + RULE.horizon_ms)
    assert time.ended == {}


def test_a_broker_clock_minutes_ahead_is_refused() -> None:
    refuse_broken_clock(MAX_CLOCK_LEAD_MS, 0)
    with pytest.raises(BrokenBrokerClockError, match="ahead of this machine's clock"):
        refuse_broken_clock(MAX_CLOCK_LEAD_MS + 1, 0)
