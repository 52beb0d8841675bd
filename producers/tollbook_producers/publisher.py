"""Events to Kafka: idempotent, acknowledged by all replicas, and never in the way of a call."""

import logging
import threading
from typing import Any, Protocol

from confluent_kafka import KafkaError, Message, Producer

from tollbook_producers.counters import Counters
from tollbook_producers.log import warn_once
from tollbook_schemas import Settings, UsageEvent, encode_event
from tollbook_schemas.kafka_security import librdkafka_options

POLL_SECONDS = 0.2
MAX_QUEUED_EVENTS = 100_000
MAX_QUEUED_KILOBYTES = 128 * 1024

_kafka_logger = logging.getLogger("tollbook_producers.kafka")


class Publisher(Protocol):
    """Where events go. An implementation neither blocks nor raises in `publish`, and counts what it loses."""

    def publish(self, event: UsageEvent) -> None:
        """Take one event; its delivery is somebody else's business."""

    def flush(self, timeout_seconds: float) -> int:
        """Wait for deliveries, at most that long. Returns how many events are still pending."""


def producer_config(settings: Settings, max_queued: int = MAX_QUEUED_EVENTS) -> dict[str, Any]:
    """librdkafka's configuration.

    Events wait for a broker as long as the process lives (message.timeout.ms 0): what bounds an outage is the size of
    the queue, not a clock.
    """
    return {
        **librdkafka_options(settings),
        "client.id": "tollbook-producer",
        "enable.idempotence": True,
        "acks": "all",
        "allow.auto.create.topics": False,
        "message.timeout.ms": 0,
        "linger.ms": 20,
        "compression.type": "lz4",
        "queue.buffering.max.messages": max_queued,
        "queue.buffering.max.kbytes": MAX_QUEUED_KILOBYTES,
    }


class KafkaPublisher:
    """One librdkafka producer and the thread that collects its delivery reports: events straight to Kafka.

    Without being given to `configure`, a process uses the spool instead, which survives it.
    """

    def __init__(
        self, settings: Settings, counters: Counters | None = None, max_queued: int = MAX_QUEUED_EVENTS
    ) -> None:
        self.counters = counters or Counters()
        self._topic = settings.topics.events
        self._producer = Producer(producer_config(settings, max_queued), logger=_kafka_logger)
        self._stopping = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="tollbook-publisher", daemon=True)
        self._poller.start()

    def publish(self, event: UsageEvent) -> None:
        """Queue an event. A full queue or a producer that gave up is counted as dropped."""
        try:
            key, value = encode_event(event)
            self._producer.produce(self._topic, value=value, key=key, on_delivery=self._on_delivery)
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            self.counters.add("dropped")
            warn_once("an event was dropped before it reached Kafka", error)
        else:
            self.counters.add("recorded")

    def flush(self, timeout_seconds: float) -> int:
        """Wait for deliveries, at most that long. Returns how many events are still pending."""
        return int(self._producer.flush(timeout_seconds))

    def close(self, timeout_seconds: float) -> None:
        """Flush within the bound, give up the rest (counted as failed) and stop the thread."""
        if self.flush(timeout_seconds):
            self._producer.purge(in_queue=True, in_flight=True, blocking=False)
            self._producer.flush(POLL_SECONDS)
        self._stopping.set()
        self._poller.join(timeout_seconds)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(POLL_SECONDS)

    def _on_delivery(self, error: KafkaError | None, _message: Message) -> None:
        self.counters.add("delivered" if error is None else "failed")
        if error is not None:
            warn_once(f"Kafka did not take an event: {error.name()}")
