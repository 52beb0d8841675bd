"""What the cluster says of the four topics: which log they are, and how many partitions they have."""

from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from tollbook_schemas.errors import TollbookError
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS, StreamKind, Topics
from tollbook_sinks.errors import KafkaRefusedError, KafkaUnreachableError, PartitionCountError, TopicMissingError
from tollbook_sinks.partitions import LogId
from tollbook_sinks.records import Feed, Side

TIMEOUT_SECONDS = 15.0
REFUSALS = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED})


@dataclass(frozen=True, slots=True)
class TopicLog:
    """One topic as it is now."""

    name: str
    side: Side
    kind: StreamKind
    log: LogId
    partitions: int

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """All its partitions."""
        return tuple(Feed(self.side, self.kind, partition) for partition in range(self.partitions))


def sides_and_kinds(topics: Topics) -> dict[str, tuple[Side, StreamKind]]:
    """Which topic is what."""
    named: dict[str, tuple[Side, StreamKind]] = {topics.source(kind): ("source", kind) for kind in STREAM_KINDS}
    named.update({topics.changelog(kind): ("changelog", kind) for kind in STREAM_KINDS})
    return named


def describe_topics(settings: Settings) -> dict[Feed, LogId]:
    """Every partition of the four topics, with the log that it belongs to.

    Raises KafkaUnreachableError, KafkaRefusedError, TopicMissingError, and PartitionCountError where a source topic
    has more partitions than its changelog; fewer it has while topics grow.
    """
    logs = _describe(settings)
    _check_counts(settings.topics, logs)
    return {feed: log.log for log in logs.values() for feed in log.feeds}


def describe_logs(settings: Settings) -> dict[tuple[Side, StreamKind], LogId]:
    """Which log each of the four topics is. Raises as `describe_topics`, whatever the numbers of partitions are."""
    return {(topic.side, topic.kind): topic.log for topic in _describe(settings).values()}


def _describe(settings: Settings) -> dict[str, TopicLog]:
    admin = AdminClient(librdkafka_options(settings))
    named = sides_and_kinds(settings.topics)
    try:
        cluster_id: str = admin.describe_cluster(request_timeout=TIMEOUT_SECONDS).result().cluster_id
        answers = admin.describe_topics(TopicCollection(list(named)), request_timeout=TIMEOUT_SECONDS)
        found = {name: answer.result() for name, answer in answers.items()}
    except KafkaException as error:
        raise _explain(error, settings) from error
    return {
        name: TopicLog(name, *named[name], LogId(cluster_id, str(topic.topic_id)), len(topic.partitions))
        for name, topic in found.items()
    }


def _explain(error: KafkaException, settings: Settings) -> TollbookError:
    reason: KafkaError = error.args[0]
    if reason.code() in REFUSALS:
        return KafkaRefusedError(
            f"Kafka at {settings.kafka} does not let {settings.kafka_sasl_username or 'this login'} look at the topics "
            f"({reason.str()}): give it the sink's rights, docs/kafka-security.md has the commands"
        )
    if reason.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return TopicMissingError(
            f"a topic of {', '.join(settings.topics.all)} is missing in Kafka at {settings.kafka}: "
            "create them (`tollbook up` does), or set TOLLBOOK_TOPIC_PREFIX right"
        )
    return KafkaUnreachableError(f"Kafka at {settings.kafka} does not answer: {reason.str()}")


def _check_counts(topics: Topics, logs: Mapping[str, TopicLog]) -> None:
    for kind in STREAM_KINDS:
        source, changelog = logs[topics.source(kind)], logs[topics.changelog(kind)]
        if source.partitions > changelog.partitions:
            raise PartitionCountError(
                f"{source.name} has {source.partitions} partitions and {changelog.name} has {changelog.partitions}: "
                "topics must grow together, the changelog first: `tollbook topics grow` puts it right"
            )
