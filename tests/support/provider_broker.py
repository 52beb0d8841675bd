"""A broker of a test's own, which it may kill and start again, and what stands on a topic of it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import psutil
from confluent_kafka import Consumer, TopicPartition

from support.homes import temporary_home
from support.waiting import eventually
from tollbook_cli.home import Home
from tollbook_cli.stack import provide_software
from tollbook_cli.stack.kafka import Kafka, answers
from tollbook_schemas import DecodedEvent, Settings, UsageEvent, decode

START_SECONDS = 90
STOP_SECONDS = 30


class OwnBroker:
    """A running broker. After `kill` and `restart` it has the same address and the same data."""

    def __init__(self, process: psutil.Popen, address: str) -> None:
        self.address = address
        self._command = process.args  # its cmdline() is the parent's until it has called exec
        self._process: psutil.Popen | subprocess.Popen[bytes] = process
        eventually(lambda: answers(address), START_SECONDS)

    def kill(self) -> None:
        """End it with SIGKILL; it may have ended already."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """Start it again and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: answers(self.address), START_SECONDS)


@contextmanager
def own_broker() -> Iterator[OwnBroker]:
    """Start a broker with a data folder of its own; both are gone at the end."""
    software = provide_software(lambda *_: None)
    with temporary_home() as path:
        home = Home(path)
        home.logs.mkdir()
        kafka = Kafka(home, software.java, software.jars)
        kafka.prepare()
        broker = OwnBroker(*kafka.start())
        try:
            yield broker
        finally:
            broker.kill()


def read_events(settings: Settings) -> list[UsageEvent]:
    """All live events that stand on the topic now."""
    consumer = Consumer({"bootstrap.servers": settings.kafka, "group.id": token_hex(6), "enable.auto.commit": False})
    topic = settings.topics.events
    found: list[UsageEvent] = []
    try:
        for partition in range(settings.partitions):
            _, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)
            consumer.assign([TopicPartition(topic, partition, 0)])
            for message in consumer.consume(high, timeout=20) if high else ():
                decoded = decode("live", message.key(), message.value())
                assert isinstance(decoded, DecodedEvent), decoded
                found.append(decoded.event)
    finally:
        consumer.close()
    return found
