"""Start-up checks: what Faust would not notice, or would put right silently and wrong."""

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]  # undeclared

from tollbook_processors.adoption import refuse_unequal
from tollbook_processors.errors import LogReadError, TopicsError
from tollbook_processors.kafka_login import refuse_missing_rights
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import BROKER_STAMP, STAMP_CONFIG, STREAM_KINDS

TIMEOUT_SECONDS = 15.0


def check_topics(settings: Settings) -> None:
    """Raise TopicsError unless all topics exist, pair up in partitions, and are stamped by the broker.

    Raise MissingRightsError where the login may not look.

    `settings.testing` allows client timestamps.
    """
    admin = AdminClient(librdkafka_options(settings))
    try:
        counts = _partition_counts(admin, settings)
        for kind in STREAM_KINDS:
            source, changelog = settings.topics.source(kind), settings.topics.changelog(kind)
            refuse_unequal(source, counts[source], changelog, counts[changelog])
        if not settings.testing:
            _refuse_client_timestamps(admin, settings)
    except KafkaException as error:
        refuse_missing_rights(error, settings)
        raise TopicsError(f"Kafka at {settings.kafka} does not answer ({error.args[0]}): is it running?") from error


class GrowthWatch:
    """Looks whether the source topics are still those that the worker began with, counted before it joins its group.

    Raises LogReadError while Kafka does not answer.
    """

    def __init__(self, settings: Settings) -> None:
        self._sources = [settings.topics.source(kind) for kind in STREAM_KINDS]
        self._admin = AdminClient(librdkafka_options(settings))
        self._began_with = self._count()

    @property
    def instance_suffix(self) -> str:
        """Makes a worker that starts again after growth another member of its group: to the same one the broker gives
        the partitions that it had, and shares out nothing."""
        return ".p" + "-".join(str(count) for count in self._began_with.values())

    def refuse_grown(self) -> None:
        """Raise TopicsError where a topic has more partitions than the worker began with."""
        for name, count in self._count().items():
            if count > self._began_with[name]:
                raise TopicsError(
                    f"{name} has {count} partitions and had {self._began_with[name]}: this worker starts again with all"
                )

    def _count(self) -> dict[str, int]:
        try:
            topics = self._admin.list_topics(timeout=TIMEOUT_SECONDS).topics
        except KafkaException as error:
            raise LogReadError(f"Kafka does not say how many partitions there are ({error.args[0]})") from error
        return {name: len(topics[name].partitions) if name in topics else 0 for name in self._sources}


def _partition_counts(admin: AdminClient, settings: Settings) -> dict[str, int]:
    topics = admin.list_topics(timeout=TIMEOUT_SECONDS).topics
    missing = [name for name in settings.topics.all if name not in topics]
    if missing:
        raise TopicsError(
            f"topics are missing: {', '.join(missing)}: create them (`tollbook up` does), or give this login the "
            "processor's rights (docs/kafka-security.md), and start again"
        )
    return {name: len(topics[name].partitions) for name in settings.topics.all}


def _refuse_client_timestamps(admin: AdminClient, settings: Settings) -> None:
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in settings.topics.all]
    for resource, answer in admin.describe_configs(resources, request_timeout=TIMEOUT_SECONDS).items():
        stamped = answer.result()[STAMP_CONFIG].value
        if stamped != BROKER_STAMP:
            raise TopicsError(
                f"{resource.name} has {STAMP_CONFIG}={stamped}: lateness must not depend on a client's clock; "
                f"set it to {BROKER_STAMP}"
            )
