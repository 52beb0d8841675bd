"""How far a contestant is, seen from outside: what Kafka holds of its output is durable."""

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # undeclared

from tollbook_schemas.rollups import Mark, decode_rollup, mark_key

LOOK_SECONDS = 0.02
LONGEST_SECONDS = 900.0
QUIET_SECONDS = 0.5

Ends = Mapping[int, int]
"""Partition to the offset after its last record."""


def rate(look: Callable[[], Ends], done: Callable[[Ends], int], events: int, check: Callable[[], None]) -> float:
    """Events a second, from the first that were done until so many are.

    `done` is asked when nothing has changed for a while, or at the end of the log: it may take its time. `check` raises
    when there is nothing more to wait for.
    """
    samples: list[tuple[float, Ends]] = []
    deadline = time.monotonic() + LONGEST_SECONDS
    while not (_is_quiet(samples) and done(samples[-1][1]) >= events):
        check()
        if time.monotonic() > deadline:
            raise SystemExit(f"not done with {events} events in {LONGEST_SECONDS:.0f} s")
        ends = look()
        if not samples or ends != samples[-1][1]:
            samples.append((time.perf_counter(), ends))
        time.sleep(LOOK_SECONDS)
    return _rate([(at, done(ends)) for at, ends in samples], events)


def prefix_rate(look: Callable[[], Ends], events: int, check: Callable[[], None]) -> float:
    """As `rate`, for one that goes on: every record in its ends is an event that is done."""
    samples: list[tuple[float, int]] = []
    deadline = time.monotonic() + LONGEST_SECONDS
    while not samples or samples[-1][1] < events:
        check()
        if time.monotonic() > deadline:
            raise SystemExit(f"not done with {events} events in {LONGEST_SECONDS:.0f} s")
        samples.append((time.perf_counter(), sum(look().values())))
        time.sleep(LOOK_SECONDS)
    return _rate(samples, events)


def _is_quiet(samples: list[tuple[float, Ends]]) -> bool:
    return bool(samples and samples[-1][1]) and time.perf_counter() - samples[-1][0] > QUIET_SECONDS


def _rate(done: list[tuple[float, int]], events: int) -> float:
    start, before = next((at, count) for at, count in done if count > 0)
    end, after = next((at, count) for at, count in done if count >= events)
    if before > events / 3:
        raise SystemExit(f"{before} of {events} events were done when it was first seen: use more events")
    return (after - before) / (end - start)


def ends_of(admin: AdminClient, topic: str, partitions: int) -> Ends:
    """The present ends of a topic; nothing while there is no such topic."""
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # confluent-kafka's
    asked = {TopicPartition(topic, partition): latest for partition in range(partitions)}
    try:
        return {place.partition: answer.result().offset for place, answer in admin.list_offsets(asked).items()}
    except KafkaException:
        return {}


def await_topic(admin: AdminClient, topic: str, partitions: int) -> None:
    """Wait until a new topic can be asked for its ends."""
    while not ends_of(admin, topic, partitions):
        time.sleep(LOOK_SECONDS)


def committed_of(admin: AdminClient, group: str, topic: str) -> Ends:
    """What a group has committed."""
    try:
        [answer] = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]).values()
        places = answer.result().topic_partitions
    except KafkaException:
        return {}
    return {place.partition: place.offset for place in places if place.topic == topic and place.offset >= 0}


class Marks:
    """The marks of a changelog: how many source records are folded, durably, at any of its ends."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._read: dict[int, int] = {}

    def folded(self, ends: Ends) -> int:
        """Source records folded when the changelog ended there."""
        if any(self._read.get(partition, 0) < end for partition, end in ends.items()):
            self._read_up_to(ends)
        return sum(self._through(partition, end) + 1 for partition, end in ends.items())

    def _through(self, partition: int, end: int) -> int:
        marks = self._found[partition]
        before = bisect_left(marks, (end, -1))
        return marks[before - 1][1] if before else -1

    def _read_up_to(self, ends: Ends) -> None:
        consumer = Consumer({"bootstrap.servers": self._kafka, "group.id": "unused", "enable.auto.commit": False})
        try:
            for partition, end in ends.items():
                place = TopicPartition(self._topic, partition)
                begin, _ = consumer.get_watermark_offsets(place, timeout=10)
                begin = max(begin, self._read.get(partition, 0))
                if begin < end:
                    consumer.assign([TopicPartition(self._topic, partition, begin)])
                    self._read_partition(consumer, partition, end)
        finally:
            consumer.close()

    def _read_partition(self, consumer: Consumer, partition: int, end: int) -> None:
        key = mark_key(partition)
        while self._read.get(partition, 0) < end:
            for message in consumer.consume(5000, timeout=0.1):
                offset, value = message.offset(), message.value()
                self._read[partition] = offset + 1
                if message.key() == key:
                    mark = decode_rollup("live", partition, key, value)
                    assert isinstance(mark, Mark)
                    self._found[partition].append((offset, mark.through))
