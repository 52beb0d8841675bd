"""Windows, clocks and the on-time / late / dead decision: pure functions of the log, shared by processor and sink.

All times are integer milliseconds since 1970 UTC. A window is named by its start and covers [start, start + width).
"""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["on_time", "late", "too_old", "in_future"]
"""`too_old` and `in_future` are dead letters; the others are ledger rows."""

NO_CLOCK = 0
"""The clock of a partition in which no record has been seen."""


@dataclass(frozen=True, slots=True)
class WindowRule:
    """How events are cut into windows and how long a window stays open (architecture.md 10, 12)."""

    width_ms: int = 3_600_000
    grace_ms: int = 3_600_000
    horizon_ms: int = 7 * 86_400_000
    future_ms: int = 300_000

    def start(self, created_ms: int) -> int:
        """Start of the window that an event created then falls into."""
        return created_ms - created_ms % self.width_ms

    def end(self, start_ms: int) -> int:
        """End of a window, exclusive."""
        return start_ms + self.width_ms

    def is_closed(self, start_ms: int, clock_ms: int) -> bool:
        """Whether a partition with that clock takes no more on-time events for the window (inclusive grace)."""
        return clock_ms > start_ms + self.width_ms + self.grace_ms

    def is_boundary(self, time_ms: int) -> bool:
        """Whether windows can be cut exactly there."""
        return time_ms % self.width_ms == 0


def advance(clock_ms: int, appended_ms: int) -> int:
    """A partition's clock after a record: the highest append time seen so far."""
    return appended_ms if appended_ms > clock_ms else clock_ms


def judge_live(rule: WindowRule, created_ms: int, appended_ms: int, clock_ms: int) -> Verdict:
    """Judge a live event; `clock_ms` already includes the event's own append time."""
    if created_ms - appended_ms > rule.future_ms:
        return "in_future"
    if clock_ms - created_ms > rule.horizon_ms:
        return "too_old"
    return "late" if rule.is_closed(rule.start(created_ms), clock_ms) else "on_time"


def on_time_span(rule: WindowRule, appended_ms: int, clock_ms: int) -> range:
    """When a live event must have been created to be on time; `clock_ms` already includes its own append time."""
    first_open = -((rule.width_ms + rule.grace_ms - clock_ms) // rule.width_ms) * rule.width_ms
    return range(max(first_open, clock_ms - rule.horizon_ms), appended_ms + rule.future_ms + 1)


def judge_import(rule: WindowRule, created_ms: int, appended_ms: int, *, ended: bool) -> Verdict:
    """Judge an imported event: late only after its import's end record in the same partition."""
    if created_ms - appended_ms > rule.future_ms:
        return "in_future"
    return "late" if ended else "on_time"
