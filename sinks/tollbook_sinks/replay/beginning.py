"""Where a replay's fold begins in each partition, and which windows it can be whole for. Pure.

A live window that starts at T or later has no event appended before T - future. So a fold that begins at the first
record stamped T - future or later sees all of it, under the same clock: every record before is stamped lower, and a
clock is the highest stamp. A log that has lost its head begins like that by itself.
"""

from collections.abc import Iterable
from typing import NamedTuple

from tollbook_schemas.windows import NO_CLOCK, WindowRule


class PartitionLog(NamedTuple):
    """What a partition of the source holds: offsets `low` up to, not including, `high`.

    `first_ms` is the stamp of its first record, None for none; `since` the first offset stamped when the replay may
    begin, `high` for none.
    """

    partition: int
    low: int
    high: int
    first_ms: int | None
    since: int


class Beginning(NamedTuple):
    """The first offset to fold, and the floor (ms): windows that start before it are left out."""

    partition: int
    first_offset: int
    floor_ms: int


def beginning(rule: WindowRule, log: PartitionLog, from_ms: int | None, now_ms: int) -> Beginning:
    """Where to begin so that windows from `from_ms` on are whole, as far as the log reaches back."""
    floor = from_ms or 0
    if log.low > 0:
        lost_until = now_ms if log.first_ms is None else log.first_ms
        floor = max(floor, lost_until + rule.future_ms)
    first = log.low if from_ms is None else max(log.low, log.since)
    return Beginning(log.partition, first, floor)


def reach_back(rule: WindowRule, from_ms: int, clocks: Iterable[int]) -> int:
    """`from_ms`, or earlier where a window before it takes on-time events yet, by what is known of the clocks.

    A new generation without such a window would lose it. `clocks` are those of the live marks in every partition that
    holds a record; one that is not known yet leaves only the log's beginning.
    """
    known = list(clocks)
    if NO_CLOCK in known:
        return 0
    return max(0, min([rule.start(from_ms), *(_oldest_open(rule, clock) for clock in known)]))


def _oldest_open(rule: WindowRule, clock_ms: int) -> int:
    """The start of the first window that is not closed at that clock."""
    reached = clock_ms - rule.width_ms - rule.grace_ms
    return -(-reached // rule.width_ms) * rule.width_ms
