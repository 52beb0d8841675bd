"""A record of one of the four topics, as plain data: what the pure part of the sink works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tollbook_schemas.topics import StreamKind

Side = Literal["source", "changelog"]
SIDES: tuple[Side, Side] = ("source", "changelog")


class Feed(NamedTuple):
    """One partition of one of the four topics."""

    side: Side
    kind: StreamKind
    partition: int

    @property
    def source(self) -> "Feed":
        """The partition of the source topic that a changelog partition speaks of."""
        return Feed("source", self.kind, self.partition)


@dataclass(slots=True)  # nobody changes one; frozen ones take four times as long to make, and there are many
class Record:
    """One record. `appended_ms` is the broker's stamp, milliseconds since 1970."""

    feed: Feed
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    appended_ms: int
