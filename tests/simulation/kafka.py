"""Kafka as a processor sees it: each call is a point at which anything else may happen first."""

from collections import deque
from collections.abc import AsyncIterator, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.logs import Stored
from tollbook_processors.errors import LogReadError, NotDurableError
from tollbook_processors.ports import Sent
from tollbook_processors.records import LogRange, Record

if TYPE_CHECKING:
    from simulation.world import World

READ_CHUNK = 3


class Pause:
    """Hands control to the schedule."""

    def __await__(self) -> Generator["Pause", None, None]:
        yield self


@dataclass(slots=True)
class Batch:
    """Records on their way to a partition. `lost`: the broker's answer is an error, whether they landed or not."""

    topic: str
    partition: int
    records: list[tuple[bytes, bytes]]
    base: int = -1
    lost: bool = False

    @property
    def count(self) -> int:
        return len(self.records)

    @property
    def confirmation(self) -> "Batch":
        return self

    @property
    def base_offset(self) -> int:
        return self.base


@dataclass(slots=True)
class Outlet:
    """One producer: batches of a partition land in order, whenever the schedule lets them."""

    world: "World"
    flying: dict[tuple[str, int], deque[Batch]] = field(default_factory=dict)

    async def partition_count(self, topic: str) -> int:
        await Pause()
        return len(self.world.logs[topic])

    async def send(self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes]]) -> Sequence[Sent]:
        sent = []
        records = list(items)
        for begin in range(0, len(records), self.world.config.batch_records):
            await Pause()
            batch = Batch(topic, partition, records[begin : begin + self.world.config.batch_records])
            self.flying.setdefault((topic, partition), deque()).append(batch)
            sent.append(batch)
        return sent

    async def durable(self, batches: Sequence[Sent]) -> None:
        for sent in batches:
            batch = sent.confirmation
            while batch.base < 0 and not batch.lost:
                await Pause()
        if any(sent.confirmation.lost for sent in batches):
            raise NotDurableError("simulated: no confirmation came")

    def head(self) -> Batch | None:
        """Take the batch that lands next; partitions take turns."""
        for place in list(self.flying):
            queue = self.flying.pop(place)
            if queue:
                batch = queue.popleft()
                self.flying[place] = queue
                return batch
        return None


@dataclass(slots=True)
class Reader:
    """An independent look at the logs."""

    world: "World"

    async def read(self, topic: str, partition: int, begin: int, end: int) -> AsyncIterator[list[Record]]:
        log, at = self.world.logs[topic][partition], begin
        while at < end:
            await Pause()
            if at < log.begin:
                raise LogReadError(f"simulated: offset {at} is out of range")
            records: list[Stored] = [record for record in log.read(at, READ_CHUNK) if record.offset < end]
            at = records[-1].offset + 1 if records else end
            yield list(records)

    async def ranges(self, topic: str, partitions: Iterable[int]) -> dict[int, LogRange]:
        await Pause()
        logs = {partition: self.world.logs[topic][partition] for partition in partitions}
        return {partition: LogRange(log.begin, log.end) for partition, log in logs.items()}

    async def first(self, topic: str, partition: int, begin: int, end: int) -> Record | None:
        async for records in self.read(topic, partition, begin, end):
            if records:
                return records[0]
        return None

    async def stop(self) -> None:
        await Pause()


@dataclass(slots=True)
class Consumer:
    """Positions of a group member; the schedule may move them too, as Faust does."""

    positions: dict[tuple[str, int], int] = field(default_factory=dict)

    async def position(self, topic: str, partition: int) -> int | None:
        await Pause()
        return self.positions.get((topic, partition))

    async def seek(self, topic: str, offsets: Mapping[int, int]) -> None:
        await Pause()
        self.positions.update({(topic, partition): offset for partition, offset in offsets.items()})
