"""Whether a day's rows may leave the ledger: a pure function of what is recorded, never of this machine's clock.

Why a day that may go is complete, and stays so:

- The slowest live clock is past the day by the acceptance horizon. A record that a sink reads from now on is judged
  with a clock at least as high, so a live event of that day is too old: the live stream adds nothing to the day.
- Every window that is recorded for the day, and every window that a row of it belongs to, is compacted. What an import
  still sends for the day is refused by the sink once the day is recorded as expired (tollbook_sinks.expired).
- Each window has as many rows on time as its proof counted, and each of its late rows has its correction. So the totals
  that stay hold all that the rows did.

Age is told by the same clock: a clock that stands still, or was set back, keeps days; this machine's is never asked.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tollbook_sinks.lifecycle.windows import Window

DAY_MS = 86_400_000
_FIRST_DAY = date(1970, 1, 1)

Code = Literal["no_retention", "no_clock", "retention", "horizon", "unrecorded", "unfinished", "rows", "corrections"]
"""Why a day stays: no retention is set; a partition has no clock; too young for the retention, or for the horizon; rows
without a window; a window not compacted; rows that the proof did not count; late rows and corrections that differ."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How old a day must be: `retention_ms` None keeps everything."""

    retention_ms: int | None
    horizon_ms: int


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """One window of a day. `state` None: it has rows and is not recorded; `proven_rows`: how many its proof counts.

    `corrections` are its adjustments with the reason `late`.
    """

    window: Window
    state: str | None
    proven_rows: int | None = None
    on_time_rows: int = 0
    late_rows: int = 0
    corrections: int = 0

    @property
    def rows(self) -> int:
        """Ledger rows in it."""
        return self.on_time_rows + self.late_rows


@dataclass(frozen=True, slots=True)
class DayFacts:
    """A UTC day and the windows that are recorded for it or have rows in it."""

    day: date
    windows: tuple[WindowFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a day stays, as a word and as a sentence."""

    code: Code
    detail: str


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """A day and all that speaks against its going."""

    day: date
    reasons: tuple[Reason, ...]

    @property
    def goes(self) -> bool:
        """Whether nothing does."""
        return not self.reasons


def is_too_young(rule: RetentionRule, clocks: Collection[int], day: date) -> Reason | None:
    """What its age says against a day's going. `clocks`: of every live partition's ledger, in milliseconds."""
    if rule.retention_ms is None:
        return Reason("no_retention", "no retention is set: TOLLBOOK_LEDGER_RETENTION_DAYS")
    slowest = min(clocks, default=0)
    if not slowest:
        return Reason("no_clock", "a live partition has no clock yet: nothing was read from it")
    age_ms = slowest - day_end_ms(day)
    if age_ms <= rule.retention_ms:
        return Reason(
            "retention",
            f"the slowest ledger clock is {_days(age_ms)} past it, the retention is {_days(rule.retention_ms)}",
        )
    if age_ms <= rule.horizon_ms:
        return Reason(
            "horizon", f"the slowest ledger clock is {_days(age_ms)} past it, the horizon is {_days(rule.horizon_ms)}"
        )
    return None


def decide(rule: RetentionRule, clocks: Collection[int], facts: DayFacts) -> DayVerdict:
    """All that speaks against a day's going. Of a day that is too young only that is said."""
    young = is_too_young(rule, clocks, facts.day)
    if young is not None:
        return DayVerdict(facts.day, (young,))
    return DayVerdict(facts.day, tuple(reason for window in facts.windows for reason in _unproven(window)))


def day_start_ms(day: date) -> int:
    """Its first millisecond since 1970 UTC."""
    return (day - _FIRST_DAY).days * DAY_MS


def day_end_ms(day: date) -> int:
    """The first millisecond after it."""
    return day_start_ms(day) + DAY_MS


def _unproven(facts: WindowFacts) -> Iterator[Reason]:
    window = facts.window
    if facts.state is None:
        yield Reason("unrecorded", f"{facts.rows} rows of {window}, a window that is not recorded")
    elif facts.state != "compacted":
        yield Reason("unfinished", f"{window} is {facts.state}, with {facts.rows} rows")
    elif facts.on_time_rows != facts.proven_rows:
        yield Reason("rows", f"{window} has {facts.on_time_rows} rows on time, its proof counts {facts.proven_rows}")
    elif facts.late_rows != facts.corrections:
        yield Reason("corrections", f"{window} has {facts.late_rows} late rows and {facts.corrections} corrections")


def _days(span_ms: int) -> str:
    return f"{span_ms / DAY_MS:.1f} days"
