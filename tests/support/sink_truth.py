"""What Postgres must hold in the end, kept by whoever writes the log: what each record was meant to be, never how the
sink judged it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from support.sink_events import HOUR_MS
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.topics import StreamKind

Place = tuple[StreamKind, int, int]
"""Kind, partition, offset."""


class LedgerFact(NamedTuple):
    """A ledger row, as far as it is compared."""

    place: Place
    stream: str
    on_time: bool
    project: str | None
    session: str | None
    prompt: int | None


class AdjustmentFact(NamedTuple):
    """An adjustment, as far as it is compared. `calls` and `prompt` are signed."""

    reason: str
    stream: str
    window_ms: int
    project: str | None
    session: str | None
    calls: int
    prompt: int


@dataclass(slots=True)
class Truth:
    """Rows by what names them; `counts` by kind and partition, with `consumed` for all that was written."""

    ledger: dict[str, LedgerFact] = field(default_factory=dict)
    adjustments: dict[Place, AdjustmentFact] = field(default_factory=dict)
    dead: dict[Place, str] = field(default_factory=dict)
    ends: set[tuple[str, int]] = field(default_factory=set)
    counts: dict[tuple[StreamKind, int], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, place: Place, name: str) -> None:
        """One more record of this sort."""
        self.counts[place[:2]][name] += 1

    def row(self, place: Place, event: UsageEvent, stream: str = "live", *, on_time: bool = True) -> None:
        """A record that becomes a ledger row."""
        self.count(place, "ledger")
        self.ledger[str(event.id)] = LedgerFact(
            place, stream, on_time, event.project_id, event.session_id, event.prompt_tokens
        )
        if not on_time:
            self._adjust(place, event, stream, "late", 1)

    def repeated(
        self, place: Place, event: UsageEvent, reason: str, stream: str = "live", *, on_time: bool = True
    ) -> None:
        """A record whose id was there before: a duplicate or a conflict."""
        self.count(place, "duplicates" if reason == "duplicate" else "conflicts")
        if reason == "conflict":
            self.dead[place] = reason
        if on_time:
            self._adjust(place, event, stream, reason, -1)

    def dead_letter(self, place: Place, reason: str) -> None:
        """A record that is no event."""
        self.count(place, "dead_letters")
        self.dead[place] = reason

    def _adjust(self, place: Place, event: UsageEvent, stream: str, reason: str, sign: int) -> None:
        window_ms = event.created_ms // HOUR_MS * HOUR_MS
        self.adjustments[place] = AdjustmentFact(
            reason,
            stream,
            window_ms,
            event.project_id,
            event.session_id,
            sign * event.call_count,
            sign * (event.prompt_tokens or 0),
        )
