"""What a replay's differences say, and that a correction makes the live row the replay's."""

from hypothesis import given
from hypothesis import strategies as st

from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import EVENTS, MEASURES, ZERO, Measures, add
from tollbook_sinks.lifecycle import Window
from tollbook_sinks.replay.comparison import MAX_DIFFERENCES, Pair, WindowComparison, differences

DIMENSIONS = Dimensions(None, "p1", None, None, None, "openai", "gpt-x", None, "barbara_analysis", None, False, 0)
MEASURE_ROWS = st.lists(st.integers(-(2**62), 2**62), min_size=len(MEASURES), max_size=len(MEASURES)).map(tuple)
PAIRS = st.lists(st.builds(Pair, st.just(b"digest"), st.just(DIMENSIONS), MEASURE_ROWS, MEASURE_ROWS), max_size=4)


@given(MEASURE_ROWS, MEASURE_ROWS)
def test_live_and_correction_are_the_replay(live: Measures, replay: Measures) -> None:
    pair = Pair(b"digest", DIMENSIONS, live, replay)
    assert add(live, pair.correction) == replay
    corrected = Pair(b"digest", DIMENSIONS, add(live, pair.correction), replay)
    assert corrected.correction == ZERO
    assert differences([corrected]) == []


@given(PAIRS)
def test_differences_say_every_measure_that_differs_and_no_other(pairs: list[Pair]) -> None:
    found = differences(pairs)
    assert len(found) == sum(
        left != right for pair in pairs for left, right in zip(pair.live, pair.replay, strict=True)
    )
    assert all(entry.live != entry.replay for entry in found)
    rows = {(entry.measure, entry.live, entry.replay) for entry in found}
    assert rows <= {row for pair in pairs for row in zip(MEASURES, pair.live, pair.replay, strict=True)}


@given(PAIRS)
def test_a_window_lists_the_first_differences_and_counts_all(pairs: list[Pair]) -> None:
    compared = WindowComparison(Window("live", 0), "closed", tuple(pairs))
    said = compared.as_json()["differences"]
    assert said["count"] == len(differences(pairs))
    assert len(said["first"]) == min(said["count"], MAX_DIFFERENCES)
    assert compared.is_equal == (not pairs)
    assert compared.events == sum(pair.replay[EVENTS] - pair.live[EVENTS] for pair in pairs)
