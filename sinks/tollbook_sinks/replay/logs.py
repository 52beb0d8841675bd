"""What a replay reads of Kafka: how far the source reaches, and the changelog that its fold writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from confluent_kafka import Consumer, KafkaException, TopicPartition

from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.replay.beginning import PartitionLog
from tollbook_sinks.replay.errors import ReplayFailedError

SECONDS = 15.0
POLL_SECONDS = 0.1


class ReplayLogs:
    """A consumer of its own, in no group, for the source and the changelog that the settings name for a kind."""

    def __init__(self, settings: Settings, kind: StreamKind) -> None:
        self._kind: StreamKind = kind
        self._source = settings.topics.source(kind)
        self._changelog = settings.topics.changelog(kind)
        self._batch_records = settings.sink_batch_records
        self._consumer = Consumer(
            {
                **librdkafka_options(settings),
                "group.id": f"{settings.topic_prefix}replay",  # the client wants a name; no group is ever joined
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "allow.auto.create.topics": False,
                "isolation.level": "read_uncommitted",
                "fetch.wait.max.ms": 50,
            }
        )

    def close(self) -> None:
        """Let go of Kafka."""
        self._consumer.close()

    def source(self, since_ms: int | None) -> list[PartitionLog]:
        """What each partition of the source holds; `since_ms` is when the replay may begin, None for anywhere."""
        try:
            topic = self._consumer.list_topics(self._source, timeout=SECONDS).topics[self._source]
            return [self._partition(partition, since_ms) for partition in sorted(topic.partitions)]
        except KafkaException as error:
            raise _explain(error) from error

    def source_ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """By partition, the offset of the next record to be written."""
        return {partition: self._watermarks(self._source, partition)[1] for partition in partitions}

    def changelog_begins(self, partitions: Iterable[int]) -> dict[int, int]:
        """By partition, the first offset that the changelog holds."""
        return {partition: self._watermarks(self._changelog, partition)[0] for partition in partitions}

    def changelog_is_empty(self) -> bool:
        """Whether nothing was ever written into the changelog."""
        topic = self._consumer.list_topics(self._changelog, timeout=SECONDS).topics[self._changelog]
        return not any(self._watermarks(self._changelog, partition)[1] for partition in topic.partitions)

    def follow(self, offsets: Mapping[int, int]) -> None:
        """Read the changelog's partitions from these offsets on."""
        self._consumer.assign([TopicPartition(self._changelog, *place) for place in offsets.items()])

    def poll(self) -> dict[int, list[Record]]:
        """The changelog's next records by partition, in order; empty after a short wait for none."""
        found: dict[int, list[Record]] = defaultdict(list)
        for message in self._consumer.consume(self._batch_records, timeout=POLL_SECONDS):
            if (failure := message.error()) is not None:
                raise ReplayFailedError(f"the replay's changelog cannot be read ({failure.str()}): run the same again")
            partition, key, value = message.partition() or 0, message.key(), message.value()
            feed = Feed("changelog", self._kind, partition)
            found[partition].append(Record(feed, message.offset() or 0, key, value, (), message.timestamp()[1]))
        return dict(found)

    def wait_for(self, partitions: Collection[int], paused: Collection[int]) -> None:
        """Read no more of some of the partitions for now."""
        places = {partition: TopicPartition(self._changelog, partition) for partition in partitions}
        self._consumer.pause([places[partition] for partition in paused])
        self._consumer.resume([place for partition, place in places.items() if partition not in paused])

    def _partition(self, partition: int, since_ms: int | None) -> PartitionLog:
        low, high = self._watermarks(self._source, partition)
        since = low
        if since_ms is not None:
            asked = [TopicPartition(self._source, partition, since_ms)]
            found = self._consumer.offsets_for_times(asked, timeout=SECONDS)[0].offset
            since = found if found >= 0 else high
        return PartitionLog(partition, low, high, self._first_ms(partition, low, high), since)

    def _first_ms(self, partition: int, low: int, high: int) -> int | None:
        if low == high:
            return None
        self._consumer.assign([TopicPartition(self._source, partition, low)])
        try:
            for message in self._consumer.consume(1, timeout=SECONDS):
                if message.error() is None:
                    return message.timestamp()[1]
        finally:
            self._consumer.unassign()
        raise ReplayFailedError(f"{self._source}/{partition} gives no record at offset {low}: run the same again")

    def _watermarks(self, topic: str, partition: int) -> tuple[int, int]:
        try:
            return self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=SECONDS)
        except KafkaException as error:
            raise _explain(error) from error


def _explain(error: KafkaException) -> ReplayFailedError:
    return ReplayFailedError(f"Kafka does not answer ({error.args[0].str()}): run the same again")
