"""The four topics: made with the configuration that the invariants need, or checked to have it."""

import time
from collections.abc import Iterable, Mapping

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but not in the package's __all__
    AdminClient,
    ConfigResource,
    NewTopic,
    ResourceType,
    TopicMetadata,
)

from tollbook_cli.stack.errors import TopicError
from tollbook_cli.stack.kafka import admin_client
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import BROKER_STAMP, STAMP_CONFIG, changelog_config, source_config

REQUEST_SECONDS = 30.0
POLL_SECONDS = 0.02
DURABLE = {"min.insync.replicas": "2", "unclean.leader.election.enable": "false"}


def prepare_topics(
    bootstrap: str, settings: Settings, overrides: Mapping[str, str] | None = None, *, replication: int = 1
) -> list[str]:
    """Makes the missing topics and checks the others; returns the names of the new ones. Raises TopicError.

    `overrides` changes the configuration of new topics; only settings for testing are allowed any other timestamps
    than the broker's. With more than one replica a write counts once two have it, and no other becomes the leader.
    """
    admin = admin_client(bootstrap, librdkafka_options(settings))
    wanted = topic_configurations(settings, overrides, replication=replication)
    existing = admin.list_topics(timeout=REQUEST_SECONDS).topics
    missing = {name: config for name, config in wanted.items() if name not in existing}
    _create(admin, missing, settings.partitions, replication)
    present = [existing[name] for name in wanted if name in existing]
    _check_partitions(present, settings.partitions)
    if present and not settings.testing:
        _check_timestamps(admin, [topic.topic or "" for topic in present])
    return sorted(missing)


def topic_configurations(
    settings: Settings, overrides: Mapping[str, str] | None = None, *, replication: int = 1
) -> dict[str, dict[str, str]]:
    """By the name of each of the four topics, how it is configured; arguments as for `prepare_topics`."""
    topics, added = settings.topics, {**(DURABLE if replication > 1 else {}), **(overrides or {})}
    source = {**source_config(settings.event_retention_seconds), **added}
    changelog = {**changelog_config(settings.changelog_retention_seconds), **added}
    return {
        topics.events: source,
        topics.imports: source,
        topics.rollups: changelog,
        topics.import_rollups: changelog,
    }


def _create(admin: AdminClient, missing: Mapping[str, dict[str, str]], partitions: int, replication: int) -> None:
    new = [NewTopic(name, partitions, replication, config=config) for name, config in missing.items()]
    if not new:
        return
    for name, future in admin.create_topics(new, request_timeout=REQUEST_SECONDS).items():
        try:
            future.result(REQUEST_SECONDS)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicError(f"the topic {name} could not be made: {error.args[0].str()}") from error
    _await_leaders(admin, set(missing))


def _await_leaders(admin: AdminClient, names: set[str]) -> None:
    """A broker hears of a new topic a moment after the controller has made it."""
    deadline = time.monotonic() + REQUEST_SECONDS
    while time.monotonic() < deadline:
        topics = admin.list_topics(timeout=REQUEST_SECONDS).topics
        if all(name in topics and _has_leaders(topics[name]) for name in names):
            return
        time.sleep(POLL_SECONDS)
    raise TopicError(
        f"the topics {', '.join(sorted(names))} have no leader after {REQUEST_SECONDS:g} s: see Kafka's log"
    )


def _has_leaders(topic: TopicMetadata) -> bool:
    partitions = topic.partitions.values()
    return bool(partitions) and all(partition.leader >= 0 for partition in partitions)


def _check_partitions(topics: Iterable[TopicMetadata], wanted: int) -> None:
    for topic in topics:
        found = len(topic.partitions)
        if found != wanted:
            raise TopicError(
                f"the topic {topic.topic} has {found} partitions and TOLLBOOK_PARTITIONS is {wanted}: "
                f"set it to {found}, or use another TOLLBOOK_HOME or TOLLBOOK_TOPIC_PREFIX"
            )


def _check_timestamps(admin: AdminClient, names: Iterable[str]) -> None:
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    for resource, future in admin.describe_configs(resources, request_timeout=REQUEST_SECONDS).items():
        found = future.result(REQUEST_SECONDS)[STAMP_CONFIG].value
        if found != BROKER_STAMP:
            raise TopicError(
                f"the topic {resource.name} has {STAMP_CONFIG}={found}: lateness may depend only on the broker's "
                f"clock, so set it to {BROKER_STAMP} (only before its first event), or use another "
                "TOLLBOOK_TOPIC_PREFIX"
            )
