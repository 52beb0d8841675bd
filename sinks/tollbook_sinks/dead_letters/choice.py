"""Which letters are meant: by place, reason, time, kind, partition."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tollbook_schemas.topics import StreamKind
from tollbook_sinks.dead_letters.letter import Place

LetterState = Literal["undecided", "requeueing", "requeued", "discarded"]


@dataclass(frozen=True, slots=True)
class Choice:
    """All letters for which everything that is said holds; without anything said, all.

    `since` (inclusive) and `until` (exclusive) are about the time at which the broker took the record.
    """

    places: Collection[Place] = ()
    reasons: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    kind: StreamKind | None = None
    partition: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is said."""
        return self == Choice()

    def parameters(self) -> dict[str, Any]:
        """For the statements in dead_letters.sql."""
        return {
            **place_lists(self.places),
            "reasons": list(self.reasons),
            "since": self.since,
            "until": self.until,
            "kind": self.kind,
            "partition": self.partition,
        }

    def as_json(self) -> dict[str, Any]:
        """For the record of what administrators did: what is said, no more."""
        times = {"since": self.since, "until": self.until}
        said: dict[str, Any] = {
            "letters": [str(place) for place in self.places],
            "reasons": list(self.reasons),
            "kind": self.kind,
            "partition": self.partition,
            **{name: time and time.isoformat() for name, time in times.items()},
        }
        return {name: value for name, value in said.items() if value not in (None, [])}


def place_lists(places: Collection[Place]) -> dict[str, Any]:
    """Places as the three lists that the statements take."""
    return {
        "kinds": [place.kind for place in places],
        "partitions": [place.partition for place in places],
        "offsets": [place.offset for place in places],
    }
