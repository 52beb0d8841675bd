"""Hypothesis strategies for a partition's log."""

from hypothesis import strategies as st

from support.processor_events import Call, import_named
from support.processor_machine import RULE, START_MS, Written

IMPORTS = (import_named(1), import_named(2))
LATEST_AGE_MS = 80_000
_AGES = st.one_of(st.integers(0, 12_000), st.integers(-4_000, LATEST_AGE_MS))
_STEPS = st.one_of(st.integers(0, 3_000), st.integers(-2_000, 30_000))
_COUNTS = st.one_of(st.none(), st.integers(0, 30_000))
_STATUS = st.sampled_from(("success", "error", "timeout", "missing_usage"))


@st.composite
def live_logs(draw: st.DrawFn, max_size: int = 60) -> list[Written]:
    """Calls on time, late, too old and from the future, ticks and garbage, under a clock that jitters."""
    now, written = START_MS, []
    for number in range(draw(st.integers(0, max_size))):
        now = max(START_MS, now + draw(_STEPS))
        kind = draw(st.sampled_from(("call", "call", "call", "call", "tick", "junk")))
        if kind == "call":
            written.append(Written(now, draw(_calls(number, now))))
        else:
            written.append(Written(now, None if kind == "tick" else b"junk"))
    return written


@st.composite
def import_logs(draw: st.DrawFn, max_size: int = 60) -> list[Written]:
    """Calls of two imports and their ends, with calls that come after them, before the ends are forgotten."""
    now, written = START_MS, []
    for number in range(draw(st.integers(0, max_size))):
        now += draw(st.integers(0, RULE.horizon_ms // 100))
        import_id = draw(st.sampled_from(IMPORTS))
        if draw(st.integers(0, 9)):
            written.append(Written(now, draw(_calls(number, now)), import_id))
        else:
            written.append(Written(now, import_id))
    return written


@st.composite
def _calls(draw: st.DrawFn, number: int, now: int) -> Call:
    return Call(
        number,
        now - draw(_AGES),
        project=draw(st.sampled_from(("p1", "p2"))),
        status=draw(_STATUS),
        prompt=draw(_COUNTS),
        completion=draw(_COUNTS),
        latency=draw(_COUNTS),
    )
