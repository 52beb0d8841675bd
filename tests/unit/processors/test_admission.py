"""Offsets alone say what comes next."""

from hypothesis import given
from hypothesis import strategies as st

from support.processor_machine import LogRecord
from tollbook_processors.admission import admit


def at(*offsets: int) -> list[LogRecord]:
    """Records at these offsets."""
    return [LogRecord(offset, 0, None, None) for offset in offsets]


def test_what_follows_on_is_admitted() -> None:
    assert admit(5, at(5, 6, 7)) == (at(5, 6, 7), [], 0)


def test_what_was_folded_is_dropped() -> None:
    assert admit(7, at(5, 6, 7)) == (at(7), [], 2)
    assert admit(9, at(5, 6, 7)) == ([], [], 3)


def test_what_lies_beyond_a_gap_waits() -> None:
    assert admit(4, at(5, 6)) == ([], at(5, 6), 0)
    assert admit(5, at(4, 5, 6, 9, 10)) == (at(5, 6), at(9, 10), 1)


@given(st.integers(0, 40), st.sets(st.integers(0, 40)))
def test_any_delivery_is_split_into_known_next_and_beyond(next_offset: int, offsets: set[int]) -> None:
    run, rest, duplicates = admit(next_offset, at(*sorted(offsets)))
    assert [record.offset for record in run] == list(range(next_offset, next_offset + len(run)))
    assert next_offset + len(run) not in offsets
    assert duplicates == sum(offset < next_offset for offset in offsets)
    assert duplicates + len(run) + len(rest) == len(offsets)
