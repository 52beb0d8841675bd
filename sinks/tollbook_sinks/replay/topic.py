"""A generation's changelog in Kafka, and the word to the processors that it is the live one."""

import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but not in the package's __all__
    AdminClient,
    ConfigResource,
    ConfigSource,
    NewTopic,
    ResourceType,
)

from tollbook_schemas.generations import encode_generation
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.rollups import Mark, encode_mark, mark_key
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import BROKER_STAMP, STAMP_CONFIG, StreamKind
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.replay.beginning import Beginning
from tollbook_sinks.replay.errors import ReplayFailedError

SECONDS = 30.0
POLL_SECONDS = 0.05


class ReplayTopics:
    """The topics around a replay. `live` are settings that name the live generations. Raises ReplayFailedError."""

    def __init__(self, live: Settings, kind: StreamKind) -> None:
        self._live = live
        self._kind: StreamKind = kind
        self._admin = AdminClient(librdkafka_options(live))

    def name(self, generation: int) -> str:
        """The name of a generation's changelog."""
        return self._live.of_generations(self._live.generations.having(self._kind, generation)).topics.changelog(
            self._kind
        )

    def highest(self) -> int:
        """The highest generation that has a changelog in Kafka, 1 for none but the first."""
        numbered = re.compile(re.escape(self.name(1)) + r"\.g([0-9]+)")
        found = (numbered.fullmatch(name) for name in _asked(lambda: self._admin.list_topics(timeout=SECONDS)).topics)
        return max([1, *(int(match[1]) for match in found if match)])

    def create(self, generation: int) -> str:
        """Make a generation's changelog like the live one, unless it is there; returns its id."""
        name, model = self.name(generation), self._live.topics.changelog(self._kind)
        described = self._describe(model)
        replicas = len(described.partitions[0].replicas)
        self._make(NewTopic(name, len(described.partitions), replicas, config=self._configured(model)))
        return str(self._describe(name).topic_id)

    def id_of(self, generation: int) -> str | None:
        """The id of a generation's changelog, None if there is none."""
        name = self.name(generation)
        if name not in _asked(lambda: self._admin.list_topics(timeout=SECONDS)).topics:
            return None
        return str(self._describe(name).topic_id)

    def seed(self, generation: int, rule: WindowRule, beginnings: Iterable[Beginning]) -> None:
        """Write the marks that make processors begin each partition's fold where the replay begins."""
        records = []
        for partition, first_offset, floor_ms in beginnings:
            key = mark_key(partition)
            mark = Mark(first_offset - 1, floor=floor_ms, width_ms=rule.width_ms)
            records.append((partition, key, encode_mark(key, mark)))
        self._write(self.name(generation), records)

    def announce(self, generation: int) -> None:
        """Tell the processors that this generation is the live one; telling them again does no harm."""
        topic, model = self._live.topics.generations, self._live.topics.changelog(self._kind)
        replicas = len(self._describe(model).partitions[0].replicas)
        kept = {name: value for name, value in self._configured(model).items() if name == "min.insync.replicas"}
        config = {**kept, "cleanup.policy": "compact", STAMP_CONFIG: BROKER_STAMP}
        self._make(NewTopic(topic, 1, replicas, config=config))
        self._write(topic, [(0, *encode_generation(self._kind, generation))])

    def has_processors(self, generation: int) -> bool:
        """Whether a worker of the live group folds into this generation."""
        settings = self._live.of_generations(self._live.generations.having(self._kind, generation))
        group = f"{settings.topic_prefix}processor{settings.generations.suffix}"
        answer = self._admin.describe_consumer_groups([group], request_timeout=SECONDS)[group]
        try:
            members = answer.result(SECONDS).members
        except KafkaException as error:
            if error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
                return False
            raise ReplayFailedError(f"Kafka does not answer ({error.args[0].str()}): run the same again") from error
        return any(member.assignment and member.assignment.topic_partitions for member in members)

    def delete(self, generations: Iterable[int]) -> None:
        """Delete changelogs of generations that nobody reads or writes any more; the first one's always stays."""
        there = _asked(lambda: self._admin.list_topics(timeout=SECONDS)).topics
        names = [self.name(generation) for generation in generations if generation > 1]
        present = [name for name in names if name in there]
        if present:
            for answer in self._admin.delete_topics(present, operation_timeout=SECONDS).values():
                _asked(lambda answer=answer: answer.result(SECONDS))

    def _describe(self, name: str) -> Any:
        answer = self._admin.describe_topics(TopicCollection([name]), request_timeout=SECONDS)[name]
        return _asked(lambda: answer.result(SECONDS))

    def _configured(self, name: str) -> dict[str, str]:
        """What was set for a topic itself."""
        resource = ConfigResource(ResourceType.TOPIC, name)
        entries: Mapping[str, Any] = _asked(
            lambda: self._admin.describe_configs([resource], request_timeout=SECONDS)[resource].result(SECONDS)
        )
        dynamic = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        return {entry.name: entry.value for entry in entries.values() if entry.source == dynamic}

    def _make(self, topic: NewTopic) -> None:
        for answer in self._admin.create_topics([topic], request_timeout=SECONDS).values():
            try:
                answer.result(SECONDS)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise ReplayFailedError(f"Kafka made no topic {topic.topic}: {error.args[0].str()}") from error
        deadline = time.monotonic() + SECONDS
        while not self._is_led(topic.topic):
            if time.monotonic() > deadline:
                raise ReplayFailedError(f"the topic {topic.topic} has no leader after {SECONDS:g} s: see Kafka's log")
            time.sleep(POLL_SECONDS)

    def _is_led(self, name: str) -> bool:
        """A broker hears of a new topic a moment after the controller has made it."""
        found = _asked(lambda: self._admin.list_topics(timeout=SECONDS)).topics.get(name)
        return found is not None and all(partition.leader >= 0 for partition in found.partitions.values())

    def _write(self, topic: str, records: Iterable[tuple[int, bytes, bytes]]) -> None:
        failures: list[str] = []
        producer = Producer({**librdkafka_options(self._live), "enable.idempotence": True})
        for partition, key, value in records:
            producer.produce(
                topic,
                value,
                key,
                partition,
                on_delivery=lambda error, _: failures.append(str(error)) if error else None,
            )
        if producer.flush(SECONDS) or failures:
            raise ReplayFailedError(f"Kafka did not take the records for {topic} ({failures[:1]}): run the same again")


def _asked(ask: Any) -> Any:
    try:
        return ask()
    except KafkaException as error:
        raise ReplayFailedError(f"Kafka does not answer ({error.args[0].str()}): run the same again") from error
