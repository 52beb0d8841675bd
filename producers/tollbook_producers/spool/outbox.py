"""Records on their way to Kafka, each kept until it is acknowledged."""

import ctypes
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from tollbook_producers.log import warn_once
from tollbook_producers.publisher import producer_config
from tollbook_schemas import Settings

MAX_IN_FLIGHT = 1_000
BATCH_RECORDS = 500
RETRY_SECONDS = 5.0

_UNSENDABLE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG, KafkaError.INVALID_RECORD})
_kafka_logger = logging.getLogger("tollbook_producers.kafka")

Done = Callable[[bool], None]
"""Told once, whether Kafka has the record or never will."""


def _say_refusal(error: KafkaError) -> None:
    """librdkafka tries a refused login again for ever."""
    if error.code() == KafkaError._AUTHENTICATION:
        warn_once("Kafka refuses the login, and events wait: set TOLLBOOK_KAFKA_SASL_USERNAME and its password right")


@dataclass(slots=True)
class _Record:
    key: bytes
    value: bytes
    done: Done
    is_finished: bool = False


class Outbox:
    """One librdkafka producer; used by one thread.

    A record that Kafka does not take now (the topic is missing, the broker refuses) is sent again later; only one that
    no broker would ever take is given up.
    """

    def __init__(self, settings: Settings) -> None:
        self.in_flight = 0
        self.answered = 0
        self._config = {**producer_config(settings), "error_cb": _say_refusal}
        self._topic = settings.topics.events
        self._batch: list[_Record] = []
        self._again: deque[_Record] = deque()
        self._again_at = 0.0
        self._is_broken = False
        self._producer = self._make_producer()

    @property
    def room(self) -> int:
        """How many records may be sent now."""
        return MAX_IN_FLIGHT - self.in_flight

    def send(self, key: bytes, value: bytes, done: Done) -> None:
        """Send a record, with the next `poll` at the latest; `done` is called from a later one."""
        self.in_flight += 1
        self._batch.append(_Record(key, value, done))
        if len(self._batch) >= BATCH_RECORDS:
            self._ship()

    def poll(self, seconds: float) -> None:
        """Take the broker's answers, waiting for the first at most that long, and send again what is due."""
        if self._again and time.monotonic() >= self._again_at:
            self._send_again()
        self._ship()
        self._producer.poll(seconds)

    def give_up(self) -> None:
        """Forget what is in flight; nothing is said of it."""
        self._producer.purge(in_queue=True, in_flight=True, blocking=False)

    def abandon(self) -> None:
        """In a forked child: never free the handle.

        Freeing takes librdkafka's locks, and a thread that held one at the fork did not come along: that was seen to
        hang.
        """
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._producer))

    def _make_producer(self) -> Producer:
        return Producer(self._config, logger=_kafka_logger)

    def _ship(self) -> None:
        """Hand over everything at once: librdkafka's calls let other threads run, and each costs a fight to go on."""
        records, self._batch = self._batch, []
        if not records:
            return
        messages = [
            {"key": record.key, "value": record.value, "callback": partial(self._report, record)} for record in records
        ]
        try:
            self._producer.produce_batch(self._topic, messages)
        except (BufferError, KafkaException) as error:  # it says nothing of what was taken: all of it goes again
            warn_once("librdkafka does not take events now", error)
            refused = records
        else:
            refused = [record for record, sent in zip(records, messages, strict=True) if "_error" in sent]
        for record in refused:
            self._later(record)

    def _report(self, record: _Record, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self._finish(record, delivered=True)
        elif error.code() in _UNSENDABLE:
            warn_once(f"Kafka never takes an event: {error.name()}")
            self._finish(record, delivered=False)
        else:
            warn_once(f"Kafka does not take events now: {error.name()}")
            self._is_broken = self._is_broken or error.fatal() or error.code() == KafkaError._FATAL
            self._later(record)

    def _finish(self, record: _Record, *, delivered: bool) -> None:
        if not record.is_finished:  # one that was sent again may be answered twice
            record.is_finished = True
            self.in_flight -= 1
            self.answered += 1
            record.done(delivered)

    def _later(self, record: _Record) -> None:
        self._again.append(record)
        self._again_at = time.monotonic() + RETRY_SECONDS

    def _send_again(self) -> None:
        if self._is_broken:  # an idempotent producer that met a fatal error takes nothing any more
            self._producer, self._is_broken = self._make_producer(), False
        due, self._again = self._again, deque()
        self._batch.extend(due)
