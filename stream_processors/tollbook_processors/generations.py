"""Which generation the processors fold into, as the topic of generations says it."""

import time
from threading import Lock
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from tollbook_processors.errors import GenerationReplacedError, LogReadError
from tollbook_processors.kafka_login import refuse_missing_rights
from tollbook_schemas.generations import Generations, read_generations
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings

TIMEOUT_SECONDS = 15.0
MAX_RECORDS = 100


class GenerationReader:
    """Reads that topic from its beginning to its end, and later what was added. It may not be there: see Generations.

    Calls may come from any thread, one at a time.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = settings.topics.generations
        self._known = Generations()
        self._next = 0
        self._turn = Lock()
        self._admin = AdminClient(librdkafka_options(settings))
        self._configuration = {
            **librdkafka_options(settings),
            "group.id": f"{settings.topic_prefix}processor",  # the client wants a name; no group is ever joined
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "allow.auto.create.topics": False,
        }
        self._consumer: Consumer | None = None

    def read(self) -> Generations:
        """The live generations now. Raises LogReadError while Kafka does not answer, BadGenerationError."""
        with self._turn:
            try:
                if self._consumer is None and self._is_there():
                    self._consumer = Consumer(self._configuration)
                if self._consumer is not None:
                    self._known = read_generations(self._added(self._consumer), self._known)
            except KafkaException as error:
                refuse_missing_rights(error, self._settings)
                raise LogReadError(
                    f"Kafka does not say which generation is live ({error.args[0]}): it is asked again"
                ) from error
            return self._known

    def refuse_replaced(self, generations: Generations) -> None:
        """Raise GenerationReplacedError unless these are the live ones."""
        live = self.read()
        if live != generations:
            raise GenerationReplacedError(
                f"a replay has made {live.suffix.strip('.')} the live generation: this worker starts again with it"
            )

    def close(self) -> None:
        """Let go of Kafka."""
        with self._turn:
            if self._consumer is not None:
                self._consumer.close()

    def _is_there(self) -> bool:
        """Asked of the admin client: a consumer waits for a topic that is not there."""
        answer = self._admin.describe_topics(TopicCollection([self._topic]), request_timeout=TIMEOUT_SECONDS)
        try:
            answer[self._topic].result()  # the request has its own timeout
        except KafkaException as error:
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                return False
            raise
        return True

    def _added(self, consumer: Consumer) -> list[tuple[Any, Any]]:
        place = TopicPartition(self._topic, 0)
        low, high = consumer.get_watermark_offsets(place, timeout=TIMEOUT_SECONDS)
        begin = max(self._next, low)
        records: list[tuple[Any, Any]] = []
        if begin < high:
            consumer.assign([TopicPartition(self._topic, 0, begin)])
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while begin < high:
            for message in consumer.consume(MAX_RECORDS, timeout=0.1):
                if (failure := message.error()) is not None:
                    raise KafkaException(failure)
                records.append((message.key(), message.value()))
            begin = max(begin, consumer.position([place])[0].offset)
            if time.monotonic() > deadline:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        self._next = begin
        return records
