"""Where the four topics end just now, asked of Kafka at once."""

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # undeclared

from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_sinks.errors import KafkaUnreachableError
from tollbook_sinks.records import Feed
from tollbook_sinks.topology import sides_and_kinds

SECONDS = 10.0


class LogEnds:
    """Asks again and again over one connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin = AdminClient({**librdkafka_options(settings), "client.id": "tollbook-ends"})

    def read(self, settings: Settings) -> dict[Feed, int]:
        """The offset of the next record of every partition; the settings name the generation.

        Raises KafkaUnreachableError, also where a topic is missing.
        """
        named = sides_and_kinds(settings.topics)
        try:
            topics = self._admin.list_topics(timeout=SECONDS).topics
            places = [
                TopicPartition(name, number) for name in named if name in topics for number in topics[name].partitions
            ]
            latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # as above
            asked = self._admin.list_offsets(dict.fromkeys(places, latest), request_timeout=SECONDS)
            return {
                Feed(*named[place.topic], place.partition): answer.result().offset for place, answer in asked.items()
            }
        except KafkaException as error:
            raise KafkaUnreachableError(
                f"Kafka at {self._settings.kafka} does not say where its logs end ({error.args[0].str()})"
            ) from error
