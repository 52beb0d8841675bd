"""What a record of a Kafka log looks like to the pure parts: a structural type, so that tests need no Kafka."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Record(Protocol):
    """One record of a partition; `timestamp` is in ms and, on our topics, the broker's."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def timestamp_type(self) -> int | None: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


Records = Sequence[Record]
"""Records of one partition in the order of their offsets."""


class LogRange(NamedTuple):
    """What a partition's log holds: offsets from `begin` up to, not including, `end`."""

    begin: int
    end: int
