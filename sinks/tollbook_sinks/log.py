"""The sink's consumer: records of the four topics as plain data, from the offsets that Postgres holds.

The consumer group only shares the partitions out; it stores no offset. With the range assignor a sink that gets a
source partition also gets the changelog partition of the same number.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Any

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Consumer, KafkaError, KafkaException, Message, TopicPartition

from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_sinks.errors import (
    ClientTimestampsError,
    KafkaRefusedError,
    KafkaUnreachableError,
    LogReadError,
    LogTruncatedError,
)
from tollbook_sinks.ports import Positions, Watermarks
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.topology import sides_and_kinds

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
WATERMARK_SECONDS = 15.0
AGAIN_SECONDS = 1.0


class Log:
    """A member of the sink's consumer group. Not for several threads: callbacks run inside `poll` and `close`."""

    def __init__(self, settings: Settings, positions: Positions, revoked: Callable[[], None]) -> None:
        self._batch_records = settings.sink_batch_records
        self._allow_client_stamps = settings.testing
        self._topics = sides_and_kinds(settings.topics)
        self._names = {kind: name for name, kind in self._topics.items()}
        self._positions = positions
        self._revoked = revoked
        self._waiting: list[Feed] = []
        self._again_at = 0.0
        self._consumer = Consumer(_configuration(settings), logger=logger)
        self._consumer.subscribe(list(self._topics), on_assign=self._assign, on_revoke=self._revoke)

    def poll(self) -> dict[Feed, list[Record]]:
        """The next records by partition, in order; empty after a short wait for none.

        Raises LogTruncatedError, LogReadError, ClientTimestampsError.
        """
        if self._waiting and time.monotonic() > self._again_at:
            self._ask_who_leads()
            self._begin()
        return self._read(self._consumer.consume(self._batch_records, timeout=POLL_SECONDS))

    def seek(self, feed: Feed, offset: int) -> None:
        """Read a partition again from an offset. One that is not assigned any more is left alone."""
        try:
            self._consumer.seek(self._place(feed, offset))
        except KafkaException as error:
            logger.warning("%s/%s/%d cannot be read again just now: %s", *feed, error)

    def pause(self, feeds: Iterable[Feed]) -> None:
        """Read no more of these partitions until they are resumed or assigned again."""
        self._consumer.pause([self._place(feed) for feed in feeds])

    def resume(self, feeds: Iterable[Feed]) -> None:
        """Read these partitions again."""
        self._consumer.resume([self._place(feed) for feed in feeds])

    def close(self) -> None:
        """Leave the group, so that others need not wait for a time-out."""
        self._consumer.close()

    def _read(self, messages: Collection[Message]) -> dict[Feed, list[Record]]:
        records: dict[Feed, list[Record]] = defaultdict(list)
        for message in messages:
            failure = message.error()
            if failure is None:
                record = self._record(message)
                records[record.feed].append(record)
            else:
                _judge_failure(failure)
        return dict(records)

    def _assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.assign([])  # else the client reads them from where it likes while their begin is not known
        self._waiting = [self._feed(place.topic, place.partition) for place in partitions]
        self._begin()

    def _begin(self) -> None:
        """Read what was assigned from Postgres' offsets on; while Kafka says nothing of the logs, wait as a member."""
        try:
            positions = self._positions(self._waiting, self._watermarks)
        except KafkaUnreachableError as error:
            logger.warning("waiting for Kafka: %s", error)
            self._again_at = time.monotonic() + AGAIN_SECONDS
            return
        self._waiting = []
        self._consumer.assign([self._place(feed, offset) for feed, offset in positions.items()])
        self.resume(positions)

    def _ask_who_leads(self) -> None:
        """By itself the client asks every five minutes, and takes a partition without a leader as unknown till then."""
        with suppress(KafkaException):
            self._consumer.list_topics(timeout=WATERMARK_SECONDS)

    def _revoke(self, _consumer: Consumer, _partitions: list[TopicPartition]) -> None:
        self._waiting = []
        self._revoked()

    def _watermarks(self, feed: Feed) -> Watermarks:
        place = self._place(feed)
        try:
            return self._consumer.get_watermark_offsets(place, timeout=WATERMARK_SECONDS)
        except KafkaException as error:
            what = f"{place.topic}/{place.partition}"
            raise KafkaUnreachableError(f"it does not say what {what} holds ({error.args[0].str()})") from error

    def _place(self, feed: Feed, offset: int | None = None) -> TopicPartition:
        name = self._names[feed.side, feed.kind]
        return TopicPartition(name, feed.partition) if offset is None else TopicPartition(name, feed.partition, offset)

    def _feed(self, topic: str | None, partition: int | None) -> Feed:
        return Feed(*self._topics[topic or ""], partition or 0)

    def _record(self, message: Message) -> Record:
        stamp_type, appended_ms = message.timestamp()
        if stamp_type != TIMESTAMP_LOG_APPEND_TIME and not self._allow_client_stamps:
            raise ClientTimestampsError(
                f"{message.topic()} is stamped by its clients: set message.timestamp.type=LogAppendTime on it, "
                "lateness must not depend on a client's clock"
            )
        feed = self._feed(message.topic(), message.partition())
        return Record(feed, message.offset() or 0, message.key(), message.value(), _headers(message), appended_ms)


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        **librdkafka_options(settings),
        "group.id": f"{settings.topic_prefix}sink{settings.generations.suffix}",
        "client.id": "tollbook-sink",
        # Static membership: a sink that was killed and started again gets its partitions back at once.
        "group.instance.id": settings.sink_instance,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "partition.assignment.strategy": "range",
        # The processor reads every record too: what one of the two skipped would never add up.
        "isolation.level": "read_uncommitted",
        "session.timeout.ms": int(settings.session_timeout_seconds * 1000),
        "fetch.wait.max.ms": 100,
        "reconnect.backoff.ms": 1000,
        "reconnect.backoff.max.ms": 5000,
    }


def _headers(message: Message) -> list[tuple[str, bytes | None]]:
    """None where a header's name is not UTF-8: it is none of ours, and the client cannot read any of them then."""
    try:
        headers = message.headers()
    except (SystemError, UnicodeDecodeError):  # SystemError: what confluent-kafka 2.16 makes of the other one
        return []
    pairs = headers.items() if isinstance(headers, dict) else headers or ()
    return [(name, value.encode() if isinstance(value, str) else value) for name, value in pairs]


def _judge_failure(failure: KafkaError) -> None:
    """Raise for what cannot get better by itself; the client tries the rest again."""
    if failure.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
        raise LogTruncatedError(
            f"the log does not hold the next record that the database needs ({failure.str()}): "
            "the topic was cut or made anew while the sink was reading"
        )
    if failure.code() in (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED):
        raise KafkaRefusedError(
            f"Kafka does not let this login read ({failure.str()}): give it the sink's rights, docs/kafka-security.md "
            "has the commands"
        )
    # The client's own last word is not marked as fatal: a static member that was fenced would stay here for ever.
    if failure.fatal() or failure.code() == KafkaError._FATAL:
        raise LogReadError(f"Kafka refuses to hand out records: {failure.str()}")
    logger.warning("Kafka: %s", failure.str())
