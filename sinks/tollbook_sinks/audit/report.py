"""What an audit found: counts of what holds, and a finding with its place for everything that does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tollbook_schemas.topics import StreamKind
from tollbook_sinks.lifecycle.windows import Window

Check = Literal[
    "accounting",
    "ledger_rows",
    "offset_range",
    "offset_twice",
    "dead_letters",
    "adjustments",
    "late",
    "window",
    "proof",
    "session_totals",
    "operation_totals",
    "period_totals",
    "disputed",
    "stray",
]
"""Which of the audit's statements does not hold."""


@dataclass(frozen=True, slots=True)
class OffsetPlace:
    """A source partition, and an offset in it where one can be named."""

    kind: StreamKind
    partition: int
    offset: int | None = None

    def as_json(self) -> dict[str, Any]:
        """`{"kind", "partition", "offset"}`."""
        return {"kind": self.kind, "partition": self.partition, "offset": self.offset}

    def __str__(self) -> str:
        place = f"{self.kind} partition {self.partition}"
        return place if self.offset is None else f"{place} offset {self.offset}"


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """A window of a stream."""

    window: Window

    def as_json(self) -> dict[str, Any]:
        """`{"stream", "window_start"}`."""
        return {"stream": self.window.stream, "window_start": _iso(self.window.start)}

    def __str__(self) -> str:
        return f"window {self.window}"


@dataclass(frozen=True, slots=True)
class PeriodPlace:
    """A day or a month of UTC, all streams together."""

    unit: Literal["day", "month"]
    start: datetime

    def as_json(self) -> dict[str, Any]:
        """`{"period", "period_start"}`."""
        return {"period": self.unit, "period_start": _iso(self.start)}

    def __str__(self) -> str:
        return f"{self.unit} {self.start:{'%Y-%m-%d' if self.unit == 'day' else '%Y-%m'}}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold, where, and what was found instead."""

    check: Check
    place: OffsetPlace | WindowPlace | PeriodPlace
    detail: str

    def as_json(self) -> dict[str, Any]:
        """`{"check", "place", "detail"}`."""
        return {"check": self.check, "place": self.place.as_json(), "detail": self.detail}


@dataclass(frozen=True, slots=True)
class PartitionAudit:
    """One source partition: consumed = ledger + duplicates + conflicts + dead_letters + ticks + ends + gaps."""

    kind: StreamKind
    partition: int
    first_offset: int
    next_offset: int
    ledger: int
    duplicates: int
    conflicts: int
    dead_letters: int
    ticks: int
    ends: int
    gaps: int

    @property
    def consumed(self) -> int:
        """Offsets read."""
        return self.next_offset - self.first_offset

    @property
    def accounted(self) -> int:
        """Offsets that the counters speak of."""
        counters = (self.duplicates, self.conflicts, self.dead_letters, self.ticks, self.ends, self.gaps)
        return self.ledger + sum(counters)

    def as_json(self) -> dict[str, Any]:
        """Every field by name, and `consumed`."""
        return {name: getattr(self, name) for name in self.__slots__} | {"consumed": self.consumed}


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What one snapshot of the tables says. `windows` counts windows by state.

    `proven_events` and `proven_calls` are what compacted windows hold whose proof was repeated and is the stored one.
    """

    taken_at: datetime
    partitions: tuple[PartitionAudit, ...]
    windows: Mapping[str, int]
    proven_events: int
    proven_calls: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """The shape that `tollbook audit --json` prints."""
        return {
            "ok": self.ok,
            "taken_at": _iso(self.taken_at),
            "partitions": [partition.as_json() for partition in self.partitions],
            "windows": dict(self.windows),
            "proven": {"events": self.proven_events, "calls": self.proven_calls},
            "findings": [finding.as_json() for finding in self.findings],
        }


def _iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
