"""What the sink's loop needs of Kafka and of Postgres: small protocols, so that it runs over anything that has them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from tollbook_sinks.batches import Batch, Partition
from tollbook_sinks.partitions import LogId
from tollbook_sinks.records import Feed, Record

Watermarks = tuple[int, int]
"""The first offset that a partition's log holds, and the offset of the next record to be written."""

AskWatermarks = Callable[[Feed], Watermarks]
"""Asks the broker. Raises LogReadError."""

Positions = Callable[[Collection[Feed], AskWatermarks], Mapping[Feed, int]]
"""Says for partitions just assigned where to read on. What it raises ends the poll."""


class Source(Protocol):
    """A member of the sink's consumer group. It calls back inside `poll` and `close`."""

    def poll(self) -> Mapping[Feed, list[Record]]:
        """The next records by partition, in order; empty after a short wait for none. Raises TollbookError."""

    def seek(self, feed: Feed, offset: int) -> None:
        """Read a partition again from an offset. One that is not assigned any more is left alone."""

    def pause(self, feeds: Iterable[Feed]) -> None:
        """Read no more of these partitions until they are resumed or assigned again."""

    def resume(self, feeds: Iterable[Feed]) -> None:
        """Read these partitions again."""

    def close(self) -> None:
        """Leave the group, so that others need not wait for a time-out."""


MakeSource = Callable[[Positions, Callable[[], None]], Source]
"""Joins the group; the second argument is called when partitions are taken away."""


class Recorded(Protocol):
    """The recorded partitions of the log."""

    def read(self) -> dict[Feed, Partition]:
        """Every one, as the last committed batch left it."""

    def register(self, found: Iterable[tuple[Feed, LogId, int]]) -> None:
        """Record new ones: each with its log and the low watermark at which it begins. All or none."""

    def skip_to(self, partition: Partition, low: int) -> None:
        """Give up what a changelog partition no longer holds, and read on at its low watermark."""


class WriteAhead(Protocol):
    """One write at a time, beside whoever began it."""

    def begin(self, batch: Batch) -> None:
        """Write a batch. The one before it must be finished."""

    def wait(self) -> None:
        """Return when nothing is being written, whatever became of it."""

    def finish(self) -> None:
        """Wait, and raise, once, what the write raised."""

    def close(self) -> None:
        """Wait, and begin nothing any more."""


class Store(Protocol):
    """The database. Waits while it is away, and raises StoppedError when asked to stop meanwhile, except in `write`."""

    def load(self, assigned: Collection[Feed], watermarks: AskWatermarks) -> dict[Feed, Partition]:
        """The assigned partitions, checked against the log. Raises TollbookError."""

    def recorded(self) -> dict[Feed, Partition]:
        """Every recorded partition."""

    def write(self, batch: Batch) -> None:
        """Write a batch whole or not at all.

        Raises PartitionLostError, and DatabaseAwayError, upon which nobody knows whether it was written.
        """

    def close(self) -> None:
        """Let go of the database."""
