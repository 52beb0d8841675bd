"""Fills logs: the events that our processor reads, and a copy for the rivals that is keyed by what they group by."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # undeclared

from benchmarks.sink.events import real_event
from tollbook_cli.stack import prepare_topics
from tollbook_schemas import Settings, UsageEvent, encode_event
from tollbook_schemas.dimensions import dimensions_of

Shape = Callable[[UsageEvent, int], UsageEvent]
"""Gives the event of that number its key."""


@dataclass(frozen=True, slots=True)
class Log:
    """One filled log. `keyed` is the topic with the same values in the same partitions, keyed by their dimensions."""

    settings: Settings
    events: int

    @property
    def keyed(self) -> str:
        """The rivals' topic."""
        return f"{self.settings.topic_prefix}keyed"


def few_keys(event: UsageEvent, number: int) -> UsageEvent:  # noqa: ARG001 - a shape
    """The event as it is: two hundred combinations of workspace, project, template and collection."""
    return event


def keys_in_turn(keys: int) -> Shape:
    """So many keys, in turn."""
    return lambda event, number: event.model_copy(update={"collection_id": f"col_{number % keys:08x}"})


def fill(settings: Settings, events: int, shape: Shape, *, keyed: bool = True, seed: int = 1) -> Log:
    """Make the topics and write that many events, in turn to every partition."""
    prepare_topics(settings.kafka, settings)
    log = Log(settings, events)
    if keyed:
        make_topic(settings, log.keyed)
    producer = Producer({"bootstrap.servers": settings.kafka, "linger.ms": 20, "batch.size": 256 * 1024})
    choose = random.Random(seed)  # noqa: S311  # figures of a benchmark, no secrets
    for number in range(events):
        event = shape(real_event(number, choose), number)
        partition = number % settings.partitions
        key, value = encode_event(event)
        _send(producer, settings.topics.events, partition, key, value)
        if keyed:
            _send(producer, log.keyed, partition, "|".join(map(str, dimensions_of(event))).encode(), value)
    if producer.flush(60):
        raise SystemExit("Kafka did not take the events in a minute")
    return log


def make_topic(settings: Settings, name: str) -> None:
    """A topic with as many partitions as ours."""
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    for made in admin.create_topics([NewTopic(name, settings.partitions, 1)]).values():
        made.result(30)


def _send(producer: Producer, topic: str, partition: int, key: bytes, value: bytes) -> None:
    while True:
        try:
            producer.produce(topic, value, key, partition)
        except BufferError:
            producer.poll(1)
        else:
            return
