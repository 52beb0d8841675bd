"""The same decoder, fold and changelog in a plain confluent-kafka loop: no restore, no adoption, no check.

Reads `bootstrap source changelog group`; runs until it is ended.
"""

import signal
import sys
from collections import defaultdict
from typing import NamedTuple

from confluent_kafka import Consumer, Producer, TopicPartition

from tollbook_processors.cursor import Cursor
from tollbook_processors.fold import Fold
from tollbook_processors.partition import PartitionFold
from tollbook_schemas import Settings
from tollbook_schemas.rollups import encode_mark, encode_value, mark_key

MESSAGES = 8_000


class Taken(NamedTuple):
    """A consumed message, as the fold reads it."""

    partition: int
    offset: int
    timestamp: int
    timestamp_type: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[()] = ()


def main() -> None:
    """Consume, decode, fold, produce what changed, commit."""
    bootstrap, source, changelog, group = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    settings = Settings()
    common = {"bootstrap.servers": bootstrap}
    consumer = Consumer({**common, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    producer = Producer({**common, "enable.idempotence": True})
    fold = Fold("live", settings.window_rule)
    folds = {number: PartitionFold(fold, Cursor(number, 0)) for number in range(settings.partitions)}
    consumer.subscribe([source])
    while True:
        taken = _taken(consumer)
        marks = {number: _write(producer, changelog, folds[number], records) for number, records in taken.items()}
        producer.flush()
        for number, mark in marks.items():
            producer.produce(changelog, mark, mark_key(number), number)
        producer.flush()
        if marks:
            ends = [TopicPartition(source, number, folds[number].cursor.next_offset) for number in marks]
            consumer.commit(offsets=ends, asynchronous=True)


def _taken(consumer: Consumer) -> dict[int, list[Taken]]:
    """What was consumed, by partition."""
    taken: defaultdict[int, list[Taken]] = defaultdict(list)
    for message in consumer.consume(MESSAGES, timeout=0.05):
        partition = message.partition()
        kind, stamp = message.timestamp()
        taken[partition].append(Taken(partition, message.offset(), stamp, kind, message.key(), message.value()))
    return taken


def _write(producer: Producer, changelog: str, fold: PartitionFold, records: list[Taken]) -> bytes:
    """Fold and hand over what changed; returns the mark."""
    fold.advance(records)
    emission = fold.emission()
    assert emission is not None
    for key, value in emission.values:
        _produce(producer, changelog, key, encode_value(key, value), fold.cursor.partition)
    return encode_mark(mark_key(fold.cursor.partition), emission.mark)


def _produce(producer: Producer, topic: str, key: bytes, value: bytes, partition: int) -> None:
    while True:
        try:
            producer.produce(topic, value, key, partition)
        except BufferError:
            producer.poll(0.1)
        else:
            return


if __name__ == "__main__":
    main()
