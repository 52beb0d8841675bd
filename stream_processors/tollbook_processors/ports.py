"""What the stream needs of Kafka and of time: small protocols, so that all of it runs over anything that has them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Protocol

from tollbook_processors.records import LogRange, Record


class SourceConsumer(Protocol):
    """Positions of the group's consumer, which is Faust's, in the assigned partitions."""

    async def position(self, topic: str, partition: int) -> int | None:
        """The offset that is fetched next."""

    async def seek(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Fetch from these offsets on."""


class LogAccess(Protocol):
    """An independent look at a log."""

    def read(self, topic: str, partition: int, begin: int, end: int) -> AsyncIterator[list[Record]]:
        """The records with offsets from `begin` up to, not including, `end`, in chunks. Raises LogReadError."""

    async def ranges(self, topic: str, partitions: Iterable[int]) -> dict[int, LogRange]:
        """What the partitions' logs hold."""

    async def first(self, topic: str, partition: int, begin: int, end: int) -> Record | None:
        """The first record in the range, None when the log has none there."""

    async def stop(self) -> None:
        """Look no more."""


class Sent(Protocol):
    """A batch on its way."""

    @property
    def count(self) -> int:
        """How many records it holds."""

    @property
    def confirmation(self) -> Any:
        """What the outlet that sent it waits for."""

    @property
    def base_offset(self) -> int:
        """The offset of its first record, once it is durable. Raises what the broker answered else."""


class Outlet(Protocol):
    """Writes batches of records, in order within a partition."""

    async def partition_count(self, topic: str) -> int:
        """How many partitions a topic has."""

    async def send(self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes]]) -> Sequence[Sent]:
        """Hand records over; returns before they are durable, with one entry for each batch."""

    async def durable(self, batches: Sequence[Sent]) -> None:
        """Wait until all are acknowledged. Raises NotDurableError in time, or what the broker answered."""


class Clock(Protocol):
    """This machine's time; the module `time` is one."""

    def monotonic(self) -> float:
        """Seconds; never goes back."""

    def time_ns(self) -> int:
        """Nanoseconds since 1970."""
