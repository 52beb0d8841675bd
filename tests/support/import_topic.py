"""What stands on the imports topic, read back record by record."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from secrets import token_hex

from confluent_kafka import Consumer, KafkaException, TopicPartition

from support.waiting import eventually
from tollbook_schemas import DecodedEvent, ImportEnd, Settings, decode


@dataclass(frozen=True, slots=True)
class ImportTopic:
    """The decoded records: events by id with how often they stand there, and the ends by partition."""

    events: Mapping[DecodedEvent, int]
    ends: Mapping[int, Mapping[str, int]]
    ends_come_last: bool


def _high_watermark(consumer: Consumer, partition: TopicPartition) -> tuple[int]:
    """A topic that was made a moment ago has no leader yet."""
    try:
        return (consumer.get_watermark_offsets(partition, timeout=10)[1],)
    except KafkaException as error:
        raise AssertionError(str(error)) from error


def read_import_topic(settings: Settings) -> ImportTopic:
    """Everything on the imports topic up to now."""
    consumer = Consumer({"bootstrap.servers": settings.kafka, "group.id": token_hex(6), "enable.auto.commit": False})
    topic = settings.topics.imports
    ids: Counter[DecodedEvent] = Counter()
    ends: dict[int, Counter[str]] = {}
    last = True
    try:
        for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
            ends[partition] = Counter()
            (high,) = eventually(partial(_high_watermark, consumer, TopicPartition(topic, partition)))
            consumer.assign([TopicPartition(topic, partition, 0)])
            for message in consumer.consume(high, timeout=20) if high else ():
                decoded = decode("import", message.key(), message.value(), message.headers())  # type: ignore[arg-type]  # confluent types headers more widely than it returns them
                if isinstance(decoded, ImportEnd):
                    ends[partition][decoded.import_id] += 1
                else:
                    assert isinstance(decoded, DecodedEvent)
                    last = last and not ends[partition]
                    ids[decoded] += 1
    finally:
        consumer.close()
    return ImportTopic(ids, ends, last)
