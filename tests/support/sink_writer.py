"""Writes records to chosen partitions and knows their offsets."""

from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, Producer
from confluent_kafka import Message as Delivered

from support.sink_events import Message


@dataclass(slots=True)
class Written:
    """A record on its way; `offset` is known after the flush."""

    topic: str
    partition: int
    message: Message
    offset: int = -1


class LogWriter:
    """An idempotent producer: what is written to a partition first stands first. `options` are librdkafka's."""

    def __init__(self, kafka: str, **options: Any) -> None:
        dotted = {name.replace("_", "."): value for name, value in options.items()}
        self.producer = Producer({"bootstrap.servers": kafka, "enable.idempotence": True, "linger.ms": 5, **dotted})

    def write(self, topic: str, partition: int, message: Message, timestamp_ms: int = 0) -> Written:
        """Queue a record; `timestamp_ms` is for topics with client timestamps."""
        written = Written(topic, partition, message)

        def delivered(error: KafkaError | None, record: Delivered) -> None:
            assert error is None, error
            written.offset = record.offset() or 0

        self.producer.produce(
            topic,
            message.value,
            message.key,
            partition,
            on_delivery=delivered,
            timestamp=timestamp_ms,
            headers=[(name, value) for name, value in message.headers],
        )
        self.producer.poll(0)
        return written

    def flush(self) -> None:
        """Wait until all of it is in the log."""
        assert self.producer.flush(60) == 0
