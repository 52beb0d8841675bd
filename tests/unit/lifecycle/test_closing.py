"""The closing rule, without a database."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tollbook_schemas import WindowRule
from tollbook_sinks.lifecycle import Progress, Window, closable

RULE = WindowRule(width_ms=60, grace_ms=30)
LIVE = Window("live", 600)
IMPORT = Window("imp_" + "0" * 32, 600)
CLOSED = 691
"""The first clock above the window's end and grace."""


def passed(partition: int = 0, **changes: Any) -> Progress:
    """A live partition that has left the window LIVE behind."""
    return replace(Progress("live", partition, ledger_clock=CLOSED, rollup_clock=CLOSED), **changes)


def ended(partition: int = 0, **changes: Any) -> Progress:
    """A partition in which the import has ended."""
    ends = frozenset({IMPORT.stream})
    return replace(Progress("import", partition, ledger_ends=ends, rollup_ends=ends), **changes)


def is_closed(window: Window, *partitions: Progress) -> bool:
    return closable(RULE, [window], partitions) == [window]


def test_nothing_closes_before_a_partition_is_registered() -> None:
    assert not is_closed(LIVE)
    assert not is_closed(LIVE, ended())
    assert not is_closed(IMPORT, passed())


def test_the_grace_is_inclusive_on_both_sides() -> None:
    assert is_closed(LIVE, passed())
    assert not is_closed(LIVE, passed(ledger_clock=CLOSED - 1))
    assert not is_closed(LIVE, passed(rollup_clock=CLOSED - 1))


def test_a_window_that_the_mark_still_lists_is_open() -> None:
    assert not is_closed(LIVE, passed(open_scopes=frozenset({LIVE.start_ms})))
    assert is_closed(LIVE, passed(open_scopes=frozenset({LIVE.start_ms + 60})))
    assert not is_closed(IMPORT, ended(open_scopes=frozenset({IMPORT.stream})))


def test_an_import_needs_its_end_on_both_sides() -> None:
    assert is_closed(IMPORT, ended(0), ended(1))
    assert not is_closed(IMPORT, ended(0), ended(1, ledger_ends=frozenset()))
    assert not is_closed(IMPORT, ended(0), ended(1, rollup_ends=frozenset({"imp_" + "1" * 32})))


def test_live_clocks_say_nothing_about_imports() -> None:
    assert closable(RULE, [LIVE, IMPORT], [passed(), ended(ledger_ends=frozenset())]) == [LIVE]
    assert closable(RULE, [LIVE, IMPORT], [passed(ledger_clock=0), ended()]) == [IMPORT]


clocks = st.integers(0, 2_000)


@given(st.lists(st.tuples(clocks, clocks), min_size=1, max_size=5), st.integers(0, 30).map(lambda n: n * 60))
def test_the_slowest_clock_decides(pairs: list[tuple[int, int]], start: int) -> None:
    partitions = [
        Progress("live", number, ledger_clock=ledger, rollup_clock=rollup)
        for number, (ledger, rollup) in enumerate(pairs)
    ]
    slowest = min(min(pair) for pair in pairs)
    assert is_closed(Window("live", start), *partitions) == (slowest > start + 90)


@given(st.lists(st.tuples(clocks, clocks), min_size=1, max_size=4), st.integers(1, 500), st.integers(0, 3))
def test_a_clock_that_moves_on_never_opens_a_window_again(pairs: list[tuple[int, int]], by: int, which: int) -> None:
    windows = [Window("live", start) for start in range(0, 2_000, 60)]
    before = [Progress("live", number, *pair) for number, pair in enumerate(pairs)]
    moved = [
        Progress("live", number, ledger + by * (number == which), rollup)
        for number, (ledger, rollup) in enumerate(pairs)
    ]
    assert set(closable(RULE, windows, before)) <= set(closable(RULE, windows, moved))
