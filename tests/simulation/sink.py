"""A sink's process over the simulated logs and tables."""

from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from simulation.rules import RULE, require
from simulation.tables import RecordedPartitions, SinkTables
from tollbook_schemas.judge import BrokenBrokerClockError
from tollbook_schemas.topics import Topics
from tollbook_sinks.batches import Batch, Partition
from tollbook_sinks.errors import DatabaseAwayError, LogTruncatedError, PartitionLostError
from tollbook_sinks.partitions import LogId
from tollbook_sinks.ports import AskWatermarks, Positions, Watermarks
from tollbook_sinks.positions import load_partitions
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.tables import write
from tollbook_sinks.worker import Worker

if TYPE_CHECKING:
    from simulation.world import World

LOG_ID = LogId("cluster", "topic")
FORESEEN = (BrokenBrokerClockError, LogTruncatedError)


class KilledError(BaseException):
    """Kill -9 in the middle of something."""


class Consumer:
    """See tollbook_sinks.ports.Source. It learns of a rebalance when the schedule says so: a zombie until then."""

    def __init__(self, world: "World", number: int, positions: Positions, revoked: Callable[[], None]) -> None:
        self.world = world
        self.number = number
        self.seen = 0
        self.positions: dict[Feed, int] = {}
        self.paused: set[Feed] = set()
        self.moved: set[tuple[Feed, int]] = set()
        self.choice = 0
        self._ask = positions
        self._revoked = revoked

    def poll(self) -> Mapping[Feed, list[Record]]:
        notices = self.choice % 4 == 1 or not self.seen
        if notices and self.seen != self.world.sinks_group.generation:
            self._rebalance()
            return {}
        return {feed: records for feed in list(self.positions) if (records := self._fetch(feed))}

    def seek(self, feed: Feed, offset: int) -> None:
        if feed in self.positions:
            self.positions[feed] = offset

    def pause(self, feeds: Iterable[Feed]) -> None:
        self.paused |= set(feeds)

    def resume(self, feeds: Iterable[Feed]) -> None:
        self.paused -= set(feeds)

    def close(self) -> None:
        self._revoked()

    def _rebalance(self) -> None:
        self.seen = self.world.sinks_group.generation
        self._revoked()
        owned = self.world.sinks_group.of(self.number)
        feeds = [Feed(side, kind, partition) for side in ("source", "changelog") for kind, partition in owned]
        self.positions = dict(self._ask(feeds, self._watermarks))
        self.paused = set()

    def _watermarks(self, feed: Feed) -> Watermarks:
        log = self.world.log(feed)
        return log.begin, log.end

    def _fetch(self, feed: Feed) -> list[Record]:
        """Some records: less of one side than of the other, so that each gets ahead at times."""
        is_slow = (feed.side == "source") == bool(self.choice & 16)
        limit = self.choice // 32 % 8 // (2 if is_slow else 1)
        if feed in self.paused or not limit:
            return []
        log, position = self.world.log(feed), self.positions[feed]
        if position < log.begin:
            raise LogTruncatedError("simulated: the offset is out of range")
        records = log.read(position, limit)
        if records:
            self.positions[feed] = records[-1].offset + 1
        return [Record(feed, one.offset, one.key, one.value, one.headers, one.timestamp) for one in records]


@dataclass(slots=True)
class Store:
    """See tollbook_sinks.ports.Store. `fault`: what the next write meets, if anything."""

    world: "World"
    fault: int = 0

    def load(self, assigned: Collection[Feed], watermarks: AskWatermarks) -> dict[Feed, Partition]:
        logs = dict.fromkeys(self.world.feeds, LOG_ID)
        return load_partitions(RecordedPartitions(self.world.database), assigned, logs, watermarks)

    def recorded(self) -> dict[Feed, Partition]:
        return RecordedPartitions(self.world.database).read()

    def write(self, batch: Batch) -> None:
        fault, self.fault = self.fault, 0
        before_settling = deepcopy(batch) if self.world.journal else None
        statements = iter(range(1, 100))

        def before() -> None:
            if next(statements) == fault % 16 and fault >= 16:
                raise KilledError if fault & 16 else DatabaseAwayError("simulated")

        with self.world.database.transaction() as rows:
            write(SinkTables(rows, before), batch)
        if self.world.journal and before_settling:
            self.world.journal.entries.append(before_settling)
        if fault >= 16:
            self.world.committed()
            raise KilledError if fault & 16 else DatabaseAwayError("simulated: committed, and the answer was lost")
        self.world.committed()

    def close(self) -> None:
        """Nothing to let go of."""


class Writer:
    """See tollbook_sinks.ports.WriteAhead. It writes at once, or as late as it can: the schedule says."""

    def __init__(self, process: "Process", write: Callable[[Batch], None]) -> None:
        self._process = process
        self._write = write
        self._waiting: Batch | None = None
        self._raised: Exception | None = None

    def begin(self, batch: Batch) -> None:
        require(self._waiting is None and self._raised is None, "a write is begun before the last one is finished")
        self._waiting = batch
        if self._process.consumer.choice & 8:
            self.wait()

    def wait(self) -> None:
        batch, self._waiting = self._waiting, None
        if batch is None:
            return
        try:
            self._write(batch)
        except (DatabaseAwayError, PartitionLostError) as error:
            self._raised = error

    def finish(self) -> None:
        self.wait()
        raised, self._raised = self._raised, None
        if raised:
            raise raised

    def close(self) -> None:
        self.wait()


class Process:
    """One sink."""

    def __init__(self, world: "World", number: int) -> None:
        self.world = world
        self.number = number
        self.is_alive = True
        self.store = Store(world)
        self.worker = Worker(RULE, self.store, self._join, world.time_ns, partial(Writer, self))

    def _join(self, positions: Positions, revoked: Callable[[], None]) -> Consumer:
        self.consumer = Consumer(self.world, self.number, positions, revoked)
        return self.consumer

    def go_on(self, choice: int, fault: int = 0) -> None:
        """One round of its loop."""
        self.consumer.choice, self.store.fault = choice, fault
        try:
            self.worker.step()
        except KilledError:
            self.is_alive = False
        except FORESEEN as error:
            self.world.count(f"stopped by {type(error).__name__}")
            self.is_alive = False


def topic_of(feed: Feed) -> str:
    """The topic that a feed is a partition of."""
    return Topics().source(feed.kind) if feed.side == "source" else Topics().changelog(feed.kind)
