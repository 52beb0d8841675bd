"""A dead letter by its place in the log, and what is known of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tollbook_schemas.errors import TollbookError
from tollbook_schemas.topics import StreamKind

_PLACE = re.compile(r"(live|import)/(\d{1,9})/(\d{1,18})\Z", re.ASCII)


class BadPlaceError(TollbookError):
    """The text names no place in a log."""


class Place(NamedTuple):
    """Where the record stands: the stream kind of its source topic, partition, offset. As text `live/0/17`."""

    kind: StreamKind
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.kind}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place that the text names. Raises BadPlaceError."""
        match = _PLACE.match(text)
        if match is None:
            raise BadPlaceError(f"{text!r} names no dead letter: say kind/partition/offset, such as live/0/17")
        kind: StreamKind = "live" if match[1] == "live" else "import"
        return cls(kind, int(match[2]), int(match[3]))


@dataclass(frozen=True, slots=True)
class Letter:
    """A record of a source topic that is no ledger row, whole, and what was decided of it.

    `headers` are [name, value in base64 or null]. `state` is undecided, requeueing (sent in part, or not known to be
    sent to the end), requeued or discarded. The decision's fields are None while there is none; `import_id` is of a
    requeued one.
    """

    place: Place
    reason: str
    detail: str
    event_id: UUID | None
    key: bytes | None
    value: bytes | None
    headers: list[list[Any]]
    appended_at: datetime
    state: str
    import_id: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many letters have one reason and one state; the append times of the first and the last."""

    reason: str
    state: str
    count: int
    first_at: datetime
    last_at: datetime
