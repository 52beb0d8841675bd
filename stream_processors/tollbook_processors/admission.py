"""Admission of offsets: they alone say what comes next, whatever is delivered."""

from bisect import bisect_left
from typing import NamedTuple

from tollbook_processors.records import Records


class Admission(NamedTuple):
    """What a delivery holds for a partition that expects a certain offset.

    `run` follows on without a gap. `rest` begins beyond a gap: either the log has a hole there, or records were left
    out, and only the log itself can tell. `duplicates` were folded before.
    """

    run: Records
    rest: Records
    duplicates: int


def admit(next_offset: int, records: Records) -> Admission:
    """Split a delivery. Records are in the order of their offsets."""
    duplicates = bisect_left(records, next_offset, key=lambda record: record.offset)
    fresh = records[duplicates:]
    run = _run_length(next_offset, fresh)
    return Admission(fresh[:run], fresh[run:], duplicates)


def _run_length(next_offset: int, records: Records) -> int:
    if not records or records[-1].offset - next_offset + 1 == len(records):
        return len(records)
    low, high = 0, len(records)
    while low < high:
        middle = (low + high) // 2
        if records[middle].offset == next_offset + middle:
            low = middle + 1
        else:
            high = middle
    return low
