"""Replaces what a changelog holds: the records that a test lets stay, in the order that it wants."""

from collections.abc import Callable
from typing import NamedTuple

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient


class Raw(NamedTuple):
    """A changelog record as it is."""

    partition: int
    key: bytes
    value: bytes

    @property
    def is_mark(self) -> bool:
        """Whether it is a mark and not a total."""
        return b'"mark"' in self.key


Tamper = Callable[[list[Raw]], list[Raw]]


def rewrite(kafka: str, topic: str, tamper: Tamper) -> None:
    """Delete every record, then write what `tamper` makes of them."""
    records, ends = _read(kafka, topic)
    admin = AdminClient({"bootstrap.servers": kafka})
    for deleted in admin.delete_records(ends).values():
        deleted.result(30)
    producer = Producer({"bootstrap.servers": kafka})
    for record in tamper(records):
        producer.produce(topic, record.value, record.key, record.partition)
    assert producer.flush(30) == 0


def _read(kafka: str, topic: str) -> tuple[list[Raw], list[TopicPartition]]:
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "unused"})
    records, ends = [], []
    try:
        for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
            begin, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            ends.append(TopicPartition(topic, partition, end))
            consumer.assign([TopicPartition(topic, partition, begin)])
            while begin < end:
                for message in consumer.consume(end - begin, timeout=0.1):
                    begin = (message.offset() or 0) + 1
                    records.append(Raw(partition, _bytes(message.key()), _bytes(message.value())))
    finally:
        consumer.close()
    return records, ends


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
