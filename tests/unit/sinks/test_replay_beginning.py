"""A fold that begins in the middle of a log, where a replay's plan says, is the whole fold of the windows it is for."""

from hypothesis import given
from hypothesis import strategies as st

from support.processor_events import Call, Totals
from support.processor_logs import live_logs
from support.processor_machine import PARTITION, RULE, START_MS, Machine, Written, log_of, truth_of
from tollbook_schemas.rollups import Mark
from tollbook_sinks.replay.beginning import Beginning, PartitionLog, beginning, reach_back

FROM_MS = st.integers(START_MS - 50_000, START_MS + 400_000)


def folded_from(begun: Beginning, written: list[Written]) -> Totals:
    """What a processor makes of the log from there on."""
    machine = Machine("live", log_of(written))
    machine.append_mark(Mark(begun.first_offset - 1, floor=begun.floor_ms, width_ms=RULE.width_ms))
    machine.run()
    return machine.said().totals()


def _window(key: tuple[object, ...]) -> int:
    window = key[2]
    assert isinstance(window, int)
    return window


def whole_from(floor_ms: int, written: list[Written]) -> Totals:
    """What it must make of the windows that start there or later."""
    return {key: total for key, total in truth_of(written).items() if _window(key) >= floor_ms}


@given(live_logs(30), st.data())
def test_a_range_is_folded_as_in_the_whole_log(written: list[Written], data: st.DataObject) -> None:
    windows = sorted({RULE.start(item.what.created_ms) for item in written if isinstance(item.what, Call)})
    from_ms = data.draw(st.sampled_from(windows or [START_MS]))
    stamps = [item.appended_ms >= from_ms - RULE.future_ms for item in written]
    since = stamps.index(True) if True in stamps else len(written)
    first_ms = written[0].appended_ms if written else None
    begun = beginning(RULE, PartitionLog(PARTITION, 0, len(written), first_ms, since), from_ms, now_ms=0)
    assert begun == Beginning(PARTITION, since, from_ms)
    assert folded_from(begun, written) == whole_from(begun.floor_ms, written)


@given(live_logs(30), st.integers(0, 60))
def test_a_log_that_lost_its_head_is_folded_for_what_it_holds_whole(written: list[Written], lost: int) -> None:
    written = sorted(written, key=lambda item: item.appended_ms)
    low = min(lost, len(written))
    first_ms = written[low].appended_ms if low < len(written) else None
    now_ms = written[-1].appended_ms if written else 0
    begun = beginning(RULE, PartitionLog(PARTITION, low, len(written), first_ms, low), None, now_ms)
    assert begun.first_offset == low
    assert (begun.floor_ms > 0) == (low > 0)
    assert folded_from(begun, written) == whole_from(begun.floor_ms, written)


@given(FROM_MS, st.lists(st.integers(START_MS - 100_000, START_MS + 400_000), max_size=4))
def test_no_open_window_is_left_out_of_a_new_generation(from_ms: int, clocks: list[int]) -> None:
    reached = reach_back(RULE, from_ms, clocks)
    starts = range(START_MS - 200_000 - START_MS % RULE.width_ms, START_MS + 500_000, RULE.width_ms)
    still_open = [start for start in starts if any(not RULE.is_closed(start, clock) for clock in clocks)]
    assert reached == min([RULE.start(from_ms), *still_open[:1]])


def test_an_unknown_clock_leaves_only_the_beginning() -> None:
    assert reach_back(RULE, START_MS, [START_MS, 0]) == 0
    assert reach_back(RULE, START_MS, []) == RULE.start(START_MS)
