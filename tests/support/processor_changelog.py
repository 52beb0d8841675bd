"""Reads a whole changelog, by rules of its own: highest `applied` of each key, furthest mark of each partition."""

from dataclasses import dataclass, field

from confluent_kafka import Consumer, TopicPartition

from support.processor_events import Totals
from tollbook_schemas.measures import to_sparse
from tollbook_schemas.rollups import BadRollupRecordError, Mark, RollupKey, RollupValue, decode_rollup
from tollbook_schemas.topics import StreamKind


@dataclass(slots=True)
class Changelog:
    """What a changelog says. `records` counts all that was read, `bad` the damaged ones."""

    values: dict[RollupKey, RollupValue] = field(default_factory=dict)
    marks: dict[int, Mark] = field(default_factory=dict)
    records: int = 0
    bad: int = 0

    def take(self, kind: StreamKind, partition: int, key: bytes | str | None, value: bytes | str | None) -> None:
        """The next record of a partition."""
        self.records += 1
        if not isinstance(key, bytes) or not isinstance(value, bytes):
            return
        try:
            statement = decode_rollup(kind, partition, key, value)
        except BadRollupRecordError:
            self.bad += 1
            return
        if isinstance(statement, Mark):
            if statement.through >= self.marks.get(partition, Mark(-2)).through:
                self.marks[partition] = statement
        elif statement[1].applied > self.values.get(statement[0], RollupValue(-1, ())).applied:
            self.values[statement[0]] = statement[1]

    def totals(self) -> Totals:
        """Totals as `processor_events.Truth` keeps them."""
        return {
            (key.partition, key.import_id, key.window_ms, key.dimensions.project_id, key.dimensions.model): to_sparse(
                value.measures
            )
            for key, value in self.values.items()
        }


def read_changelog(kafka: str, topic: str, kind: StreamKind) -> Changelog:
    """Everything in the topic up to its present end."""
    found = Changelog()
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "unused", "enable.auto.commit": False})
    try:
        unread = _assign_unread(consumer, topic)
        while unread:
            for message in consumer.consume(1000, timeout=0.1):
                assert message.error() is None, message.error()
                found.take(kind, message.partition() or 0, message.key(), message.value())
            for place in consumer.position([TopicPartition(topic, partition) for partition in unread]):
                if place.offset >= unread[place.partition]:
                    del unread[place.partition]
    finally:
        consumer.close()
    return found


def _assign_unread(consumer: Consumer, topic: str) -> dict[int, int]:
    """Assigns the partitions that hold anything; returns their ends."""
    begins, unread = [], {}
    for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
        begin, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
        if begin < end:
            begins.append(TopicPartition(topic, partition, begin))
            unread[partition] = end
    consumer.assign(begins)
    return unread
