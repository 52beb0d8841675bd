"""Fills the topics: events, some of them twice, and for every thousand of a partition what a processor states then."""

import random
from dataclasses import dataclass, field

from confluent_kafka import Producer

from benchmarks.sink.events import real_event
from tollbook_schemas import Mark, OpenScope, RollupKey, RollupValue, Settings, UsageEvent, encode_event
from tollbook_schemas.dimensions import Dimensions, dimensions_of
from tollbook_schemas.measures import ZERO, Measures, add, measures_of
from tollbook_schemas.rollups import Scope, encode_mark, encode_value, mark_key

EVERY = 1_000
REPEATED = 100
"""One event in so many is sent twice."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What is in the topics: records of the source, how many of them are repetitions, records of the changelog."""

    records: int
    repetitions: int
    statements: int


@dataclass(slots=True)
class _Partition:
    """The processor's side of a partition, from its first record on."""

    number: int
    records: int = 0
    open: dict[Scope, OpenScope] = field(default_factory=dict)
    totals: dict[tuple[int, Dimensions], Measures] = field(default_factory=dict)
    changed: set[tuple[int, Dimensions]] = field(default_factory=set)

    def fold(self, window_ms: int, event: UsageEvent) -> None:
        """Add the next record."""
        scope = self.open.get(window_ms, OpenScope(0, self.records))
        self.open[window_ms] = OpenScope(scope.events + 1, scope.first_offset)
        key = window_ms, dimensions_of(event)
        self.totals[key] = add(self.totals.get(key, ZERO), measures_of(event))
        self.changed.add(key)
        self.records += 1

    def statements(self, clock: int) -> list[tuple[bytes, bytes]]:
        """What has changed, and the mark."""
        stated = []
        for window_ms, dimensions in self.changed:
            key = RollupKey(self.number, None, window_ms, dimensions).encode()
            value = RollupValue(self.records - 1, self.totals[window_ms, dimensions])
            stated.append((key, encode_value(key, value)))
        self.changed.clear()
        key = mark_key(self.number)
        return [*stated, (key, encode_mark(key, Mark(self.records - 1, clock, dict(self.open))))]


def fill(settings: Settings, events: int, seed: int = 1) -> Filled:
    """Write that many records to the live topics, in turn to every partition."""
    choose = random.Random(seed)  # noqa: S311  # figures of a benchmark, no secrets
    producer = Producer({"bootstrap.servers": settings.kafka, "enable.idempotence": True, "linger.ms": 20})
    partitions = [_Partition(number) for number in range(settings.partitions)]
    last: dict[int, UsageEvent] = {}
    repetitions = statements = 0
    for number in range(events):
        partition = partitions[number % len(partitions)]
        again = number % REPEATED == REPEATED - 1 and partition.number in last
        event = last[partition.number] if again else real_event(number, choose)
        last[partition.number] = event
        repetitions += again
        key, value = encode_event(event)
        _send(producer, settings.topics.events, partition.number, key, value)
        partition.fold(settings.window_rule.start(event.created_ms), event)
        if partition.records % EVERY == 0 or events - number <= len(partitions):
            for key, value in partition.statements(event.created_ms):
                _send(producer, settings.topics.rollups, partition.number, key, value)
                statements += 1
    if producer.flush(60):
        raise SystemExit("Kafka did not take the events in a minute")
    return Filled(events, repetitions, statements)


def _send(producer: Producer, topic: str, partition: int, key: bytes, value: bytes) -> None:
    while True:
        try:
            producer.produce(topic, value, key, partition)
        except BufferError:
            producer.poll(1)
        else:
            return
