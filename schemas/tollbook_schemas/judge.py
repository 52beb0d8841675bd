"""What a source record means for its partition: one decision, taken alike by processor and sink."""

from dataclasses import dataclass, field
from typing import Literal

from tollbook_schemas.codec import (
    DecodedEvent,
    DecodedFields,
    DecodedForFold,
    DecodedForLedger,
    DecodedUsage,
    ImportEnd,
    Rejected,
    Tick,
)
from tollbook_schemas.errors import TollbookError
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import NO_CLOCK, Verdict, WindowRule, advance, judge_import, judge_live

Outcome = Literal["on_time", "late", "dead", "tick", "end"]

MAX_CLOCK_LEAD_MS = 120_000
"""A record stamped this far ahead of the wall clock comes from a broker whose clock is wrong."""


class BrokenBrokerClockError(TollbookError):
    """The broker's clock is ahead of this machine's."""

    def __init__(self, appended_ms: int, wall_ms: int) -> None:
        super().__init__(
            f"a record is stamped {(appended_ms - wall_ms) / 1000:.0f} s ahead of this machine's clock: going on would "
            "make honest events late; set the broker's clock (or this machine's) right, then start again"
        )


@dataclass(slots=True)
class PartitionTime:
    """A partition's clock and the imports that have ended in it: all that a decision needs beside the record itself.

    `ended` maps an import id to the clock at which its end was read. An entry is forgotten once the clock is past it by
    the acceptance horizon, so that the map stays small; by then the import's windows have long been compacted.
    """

    clock: int = NO_CLOCK
    ended: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "PartitionTime":
        """An independent copy."""
        return PartitionTime(self.clock, dict(self.ended))


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome for one record, with the reason and a sentence where it is dead."""

    outcome: Outcome
    reason: str = ""
    detail: str = ""


_ON_TIME, _LATE, _TICK, _END = (
    Judgement("on_time"),
    Judgement("late"),
    Judgement("tick"),
    Judgement("end"),
)
_DEAD_DETAIL: dict[Verdict, str] = {
    "too_old": "the event is older than the acceptance horizon: bring it in with `tollbook import`",
    "in_future": "the event is dated after the time at which the broker took it: set the producer's clock right",
}


def judge(
    rule: WindowRule,
    kind: StreamKind,
    time: PartitionTime,
    decoded: DecodedForLedger | DecodedForFold,
    appended_ms: int,
) -> Judgement:
    """Judge the next record of a partition and advance `time` by it. A pure function of the log's prefix."""
    time.clock = advance(time.clock, appended_ms)
    if time.ended:
        _forget_old_imports(rule, time)
    if isinstance(decoded, (DecodedUsage, DecodedFields, DecodedEvent)):
        return _judge_event(rule, kind, time, decoded, appended_ms)
    if isinstance(decoded, Tick):
        return _TICK
    if isinstance(decoded, ImportEnd):
        time.ended.setdefault(decoded.import_id, time.clock)
        return _END
    if isinstance(decoded, Rejected):
        return Judgement("dead", decoded.reason, decoded.detail)
    raise AssertionError(decoded)


def _judge_event(
    rule: WindowRule,
    kind: StreamKind,
    time: PartitionTime,
    decoded: DecodedEvent | DecodedFields | DecodedUsage,
    appended_ms: int,
) -> Judgement:
    created_ms = decoded.event.created_ms
    if kind == "live":
        verdict = judge_live(rule, created_ms, appended_ms, time.clock)
    else:
        verdict = judge_import(rule, created_ms, appended_ms, ended=decoded.import_id in time.ended)
    if verdict == "on_time":
        return _ON_TIME
    return _LATE if verdict == "late" else Judgement("dead", verdict, _DEAD_DETAIL[verdict])


def _forget_old_imports(rule: WindowRule, time: PartitionTime) -> None:
    oldest = time.clock - rule.horizon_ms
    for import_id in [name for name, clock in time.ended.items() if clock < oldest]:
        del time.ended[import_id]


def refuse_broken_clock(appended_ms: int, wall_ms: int) -> None:
    """Raise BrokenBrokerClockError for a live record stamped minutes ahead of the wall clock."""
    if appended_ms > wall_ms + MAX_CLOCK_LEAD_MS:
        raise BrokenBrokerClockError(appended_ms, wall_ms)
