"""The second pass: the good rows to Kafka, then the end of the import to every partition."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from tollbook_producers.imports.check import FileCheck
from tollbook_producers.imports.errors import ImportFileError, ImportSendError
from tollbook_producers.imports.events import open_events
from tollbook_producers.imports.mapping import ImportMapping
from tollbook_schemas import Settings, UsageEvent, encode_event
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.topics import END_KEY, IMPORT_HEADER

_LOGGER = logging.getLogger("tollbook.imports")
_LOGGER.addHandler(logging.NullHandler())
_AGAIN = "run the same import again: what has arrived is not counted twice"
METADATA_SECONDS = 15.0
NEW_TOPIC_SECONDS = 5.0
DELIVERY_SECONDS = 120.0
ANY_PARTITION = -1

OnSent = Callable[[int], None]
"""Called now and then with the count of records that Kafka has acknowledged so far."""


@dataclass(slots=True)
class _Delivery:
    """What the broker said about the records so far."""

    acknowledged: int = 0
    failure: KafkaError | None = None

    def report(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.acknowledged += 1
        elif self.failure is None:
            self.failure = error

    def check(self) -> None:
        if self.failure is not None:
            raise ImportSendError(f"Kafka did not take a record ({self.failure.str()}): {_AGAIN}")


@dataclass(slots=True)
class ImportSender:
    """Sends the records of one import, and at last its end. Every record must be acknowledged by the broker.

    Raises ImportSendError where it is not.
    """

    settings: Settings
    import_id: str
    _producer: Producer = field(init=False)
    _delivery: _Delivery = field(init=False, default_factory=_Delivery)

    def __post_init__(self) -> None:
        self._producer = Producer(
            {
                **librdkafka_options(self.settings),
                "enable.idempotence": True,
                "acks": "all",
                "allow.auto.create.topics": False,
                "linger.ms": 20,
                "compression.type": "gzip",
                "delivery.timeout.ms": int(DELIVERY_SECONDS * 1000),
                "broker.address.family": "v4" if self.settings.kafka.startswith("127.") else "any",
            },
            logger=_LOGGER,
        )

    @property
    def topic(self) -> str:
        """Where imports go."""
        return self.settings.topics.imports

    @property
    def acknowledged(self) -> int:
        """How many records the broker has."""
        return self._delivery.acknowledged

    def partitions(self) -> list[int]:
        """The topic's partitions now. A topic that was made a moment ago may take one to be known."""
        deadline = time.monotonic() + NEW_TOPIC_SECONDS
        while True:
            found = self._find_partitions()
            if found:
                return found
            if time.monotonic() > deadline:
                raise ImportSendError(
                    f"Kafka at {self.settings.kafka} has no topic {self.topic}: create it with `tollbook up`"
                )
            time.sleep(0.1)

    def _find_partitions(self) -> list[int]:
        try:
            metadata = self._producer.list_topics(self.topic, timeout=METADATA_SECONDS).topics[self.topic]
        except KafkaException as error:
            raise ImportSendError(
                f"Kafka at {self.settings.kafka} does not answer ({error.args[0].str()}): start it with `tollbook up`, "
                "or set TOLLBOOK_KAFKA"
            ) from None
        return [] if metadata.error is not None else sorted(metadata.partitions)

    def send(self, event: UsageEvent) -> None:
        """Queue one event; waits while the queue is full."""
        self._put(*encode_event(event), ANY_PARTITION)

    def end(self) -> int:
        """Wait for every acknowledgement, then write the end to every partition; how many there are."""
        self.flush()
        partitions = self.partitions()
        for partition in partitions:
            self._put(END_KEY, b"", partition)
        self.flush()
        return len(partitions)

    def flush(self) -> None:
        """Wait until every queued record is acknowledged."""
        while self._producer.flush(0.5):
            self._delivery.check()
        self._delivery.check()

    def abandon(self) -> None:
        """Forget what is queued: the import is left without an end."""
        self._producer.purge()
        self._producer.flush(1)

    def _put(self, key: bytes, value: bytes, partition: int) -> None:
        headers: list[tuple[str, str | bytes | None]] = [(IMPORT_HEADER, self.import_id.encode())]
        report = self._delivery.report
        while True:
            self._producer.poll(0)
            self._delivery.check()
            try:
                self._producer.produce(self.topic, value, key, partition, headers=headers, on_delivery=report)
            except BufferError:
                self._producer.poll(0.2)
            except KafkaException as error:
                raise ImportSendError(f"Kafka did not take a record ({error.args[0].str()}): {_AGAIN}") from None
            else:
                return


def send_file(
    path: Path,
    mapping: ImportMapping | None,
    check: FileCheck,
    sender: ImportSender,
    *,
    latest_ms: int,
    on_sent: OnSent,
) -> int:
    """Send the good rows of a checked file and end the import; how many records were acknowledged.

    Raises ImportSendError, and ImportFileError where the file changed since it was checked: no end is written then.
    """
    sender.partitions()
    try:
        for count, event in enumerate(_events(path, mapping, check, latest_ms), start=1):
            sender.send(event)
            if count % 200 == 0:
                on_sent(sender.acknowledged)
        sender.flush()
        sent = sender.acknowledged
        on_sent(sent)
        sender.end()
    except BaseException:
        sender.abandon()
        raise
    return sent


def _events(path: Path, mapping: ImportMapping | None, check: FileCheck, latest_ms: int) -> Iterator[UsageEvent]:
    with open_events(path, mapping, latest_ms) as opened:
        for event in opened.rows:
            if isinstance(event, UsageEvent):
                yield event
        if opened.digest() != check.content_digest:
            raise ImportFileError(f"{path}: it was changed while it was imported: leave it alone and import it again")
