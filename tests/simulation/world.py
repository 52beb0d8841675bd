"""Everything there is in a simulated run: time, logs with their truth, the database, groups and processes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from simulation import processor, sink
from simulation.calls import Call
from simulation.journal import Journal
from simulation.kafka import Batch
from simulation.logs import PartitionLog, Stored
from simulation.rules import START_MS
from simulation.tables import Database
from simulation.truth import LogTruth
from tollbook_schemas.topics import END_KEY, IMPORT_HEADER, STREAM_KINDS, TICK_KEY, StreamKind, Topics
from tollbook_sinks.records import SIDES, Feed

Owned = tuple[StreamKind, int]


@dataclass(frozen=True, slots=True)
class Config:
    """How large the world is."""

    partitions: int = 2
    processors: int = 2
    sinks: int = 2
    batch_records: int = 2
    has_imports: bool = True
    is_harsh: bool = False


@dataclass(slots=True)
class Group:
    """A consumer group: who owns what, since when."""

    generation: int = 0
    owners: dict[Owned, int] = field(default_factory=dict)

    def of(self, number: int) -> list[Owned]:
        """What a member owns."""
        return [owned for owned, owner in self.owners.items() if owner == number]


class World:
    """`wall_ms` is the machines' clock; `skews` is how far each partition's broker is ahead of it."""

    kinds = STREAM_KINDS

    def __init__(self, config: Config, journal: Journal | None = None) -> None:
        self.config = config
        self.journal = journal
        self.wall_ms = START_MS
        self.counts: Counter[str] = Counter()
        partitions = range(config.partitions)
        self.skews = dict.fromkeys(partitions, 0)
        self.logs = {topic: [PartitionLog(partition) for partition in partitions] for topic in Topics().all}
        self.feeds = [Feed(side, kind, number) for side in SIDES for kind in STREAM_KINDS for number in partitions]
        self.truths = {feed: LogTruth() for feed in self.feeds if feed.side == "source"}
        self.database = Database()
        self.ghosts: dict[tuple[str, int], list[Batch]] = {}
        self.calls: list[Call] = []
        self.watchers: list[Callable[[World], None]] = []
        self.judges: list[Callable[[World, Feed, Stored], None]] = []
        self.processors_group, self.sinks_group = Group(), Group()
        self.processors = [processor.Process(self, number) for number in range(config.processors)]
        self.sinks = [sink.Process(self, number) for number in range(config.sinks)]
        self._next_number = max(config.processors, config.sinks)
        self.rebalance_processors(0)
        self.rebalance_sinks(0)

    def monotonic(self) -> float:
        """See Clock."""
        return (self.wall_ms - START_MS) / 1000

    def time_ns(self) -> int:
        """See Clock."""
        return self.wall_ms * 1_000_000

    def count(self, what: str) -> None:
        """Something happened."""
        self.counts[what] += 1

    def log(self, feed: Feed) -> PartitionLog:
        """The log behind a feed."""
        return self.logs[sink.topic_of(feed)][feed.partition]

    def publish(self, kind: StreamKind, partition: int, what: Call | str, stream: str = "live") -> None:
        """Append a record to a source log: a call, "junk", "tick" or "end"."""
        key, value = what.record if isinstance(what, Call) else _OTHERS[what]
        headers = [] if kind == "live" else [(IMPORT_HEADER, stream.encode())]
        feed = Feed("source", kind, partition)
        stamp = self.stamp(partition)
        record = self.log(feed).append(stamp, key, value, headers)
        self.truths[feed].write(record.offset, stamp, what, stream)

    def stamp(self, partition: int) -> int:
        """The broker's time."""
        return self.wall_ms + self.skews[partition]

    def land(self, batch: Batch) -> None:
        """A batch reaches its log."""
        batch.base = self.logs[batch.topic][batch.partition].end
        for key, value in batch.records:
            self._append(batch.topic, batch.partition, key, value)

    def _append(self, topic: str, partition: int, key: bytes, value: bytes) -> None:
        kind = Topics().kind_of(topic)
        if topic == Topics().source(kind):
            self.publish(kind, partition, "tick")
            return
        record = self.logs[topic][partition].append(self.wall_ms, key, value)
        for judge in self.judges:
            judge(self, Feed("changelog", kind, partition), record)

    def committed(self) -> None:
        """The sink or the maintainer committed something."""
        for watch in self.watchers:
            watch(self)

    def rebalance_processors(self, seed: int) -> None:
        """Share the partitions out anew among those alive; they notice later."""
        self._share_out(self.processors_group, [one.number for one in self.processors if one.is_alive], seed)

    def rebalance_sinks(self, seed: int) -> None:
        """Share the partitions out anew among those alive; they notice later."""
        self._share_out(self.sinks_group, [one.number for one in self.sinks if one.is_alive], seed)

    def start_processor(self) -> None:
        """One more."""
        self.processors = [one for one in self.processors if one.is_alive]
        self.processors.append(processor.Process(self, self._number()))

    def start_sink(self) -> None:
        """One more."""
        self.sinks = [one for one in self.sinks if one.is_alive]
        self.sinks.append(sink.Process(self, self._number()))

    def _number(self) -> int:
        self._next_number += 1
        return self._next_number

    def _share_out(self, group: Group, members: list[int], seed: int) -> None:
        group.generation += 1
        group.owners = {}
        for kind in STREAM_KINDS:
            for partition in range(self.config.partitions):
                if members:
                    group.owners[kind, partition] = members[(seed + partition) % len(members)]


_OTHERS = {"junk": (b"key", b"not JSON"), "tick": (TICK_KEY, b""), "end": (END_KEY, b"")}
