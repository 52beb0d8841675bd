"""The topics that grow together, in Kafka."""

import re
import time
from collections.abc import Collection, Mapping

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but not in the package's __all__
    AdminClient,
    NewPartitions,
)

from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS
from tollbook_sinks.growing.errors import GrowingFailedError, GrowingRefusedError

SECONDS = 30.0
POLL_SECONDS = 0.05


class GrowingTopics:
    """Source topics, and their changelogs of every generation: an old one may be looked at yet."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin = AdminClient(librdkafka_options(settings))

    @property
    def sources(self) -> list[str]:
        """Imports first: nothing waits for them."""
        return [self._settings.topics.imports, self._settings.topics.events]

    def changelogs(self) -> list[str]:
        """Every one that there is."""
        first = self._settings.model_copy(update={"live_generation": 1, "import_generation": 1}).topics
        named = [re.compile(re.escape(first.changelog(kind)) + r"(\.g[0-9]+)?") for kind in STREAM_KINDS]
        return sorted(name for name in self._sizes() if any(pattern.fullmatch(name) for pattern in named))

    def partitions(self, names: Collection[str]) -> dict[str, int]:
        """How many partitions each has. Raises GrowingRefusedError for a missing topic."""
        sizes = self._sizes()
        missing = [name for name in names if name not in sizes]
        if missing:
            raise GrowingRefusedError(
                f"there is no topic {missing[0]}: create it (`tollbook up` or `tollbook init` does)"
            )
        return {name: len(sizes[name]) for name in names}

    def grow(self, names: Collection[str], wanted: int) -> list[str]:
        """Give these topics as many partitions, where they have fewer, each with a leader; returns those that grew."""
        small = [name for name, count in self.partitions(names).items() if count < wanted]
        try:
            asked = self._admin.create_partitions([NewPartitions(name, wanted) for name in small]) if small else {}
            for answer in asked.values():
                answer.result(SECONDS)
        except KafkaException as error:
            raise GrowingFailedError(
                f"Kafka refuses more partitions ({error.args[0].str()}): run the same again"
            ) from error
        self._await_leaders(names, wanted)
        return small

    def _await_leaders(self, names: Collection[str], wanted: int) -> None:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            sizes = self._sizes()
            if all(len(sizes[name]) >= wanted and min(sizes[name].values()) >= 0 for name in names):
                return
            time.sleep(POLL_SECONDS)
        raise GrowingFailedError(
            f"new partitions have no leader after {SECONDS:g} s: see Kafka's log, run the same again"
        )

    def _sizes(self) -> Mapping[str, Mapping[int, int]]:
        """By topic, the leader of each partition, -1 for none."""
        try:
            topics = self._admin.list_topics(timeout=SECONDS).topics
        except KafkaException as error:
            raise GrowingFailedError(
                f"Kafka at {self._settings.kafka} does not answer ({error.args[0].str()}): run the same again"
            ) from error
        return {
            name: {number: partition.leader for number, partition in topic.partitions.items()}
            for name, topic in topics.items()
        }
