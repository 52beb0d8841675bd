"""The state of one partition while it is folded."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tollbook_schemas.judge import PartitionTime
from tollbook_schemas.measures import EVENTS
from tollbook_schemas.rollups import Mark, OpenScope, RollupValue, Scope


@dataclass(slots=True)
class ScopeTotals:
    """An open window or import: how many records were folded into it, the first one's offset, its totals by key.

    `events` counts what this cursor (and the mark it began from) has seen; the totals may know more, because some of
    them were recovered. When all is well the two agree: that is the audit.
    """

    events: int = 0
    first_offset: int = -1
    totals: dict[bytes, RollupValue] = field(default_factory=dict)

    def events_in_totals(self) -> int:
        """How many records the totals say they hold."""
        return sum(value.measures[EVENTS] for value in self.totals.values())


@dataclass(slots=True)
class Cursor:
    """Where a partition's fold stands.

    `dirty` holds the totals that changed and are not yet written. `ended` and `final` are the scopes that ended since
    something was written last, and their unwritten totals: the same import can begin anew before that.
    """

    partition: int
    next_offset: int
    time: PartitionTime = field(default_factory=PartitionTime)
    floor: int = 0
    scopes: dict[Scope, ScopeTotals] = field(default_factory=dict)
    dirty: dict[bytes, RollupValue] = field(default_factory=dict)
    ended: list[tuple[Scope, ScopeTotals]] = field(default_factory=list)
    final: list[tuple[bytes, RollupValue]] = field(default_factory=list)

    def mark(self, width_ms: int) -> Mark:
        """A copy of what a mark says of this moment, in windows of that width."""
        return Mark(
            through=self.next_offset - 1,
            clock=self.time.clock,
            open=open_scopes(self),
            ended=dict(self.time.ended),
            floor=self.floor,
            width_ms=width_ms,
        )

    def all_totals(self) -> Iterator[tuple[bytes, RollupValue]]:
        """Every total of every open scope."""
        for scope in self.scopes.values():
            yield from scope.totals.items()


def open_scopes(cursor: Cursor) -> dict[Scope, OpenScope]:
    """What is open, as a mark says it."""
    return {name: OpenScope(scope.events, scope.first_offset) for name, scope in cursor.scopes.items()}


def time_of(mark: Mark) -> PartitionTime:
    """A partition's time as its mark left it."""
    return PartitionTime(mark.clock, dict(mark.ended))
