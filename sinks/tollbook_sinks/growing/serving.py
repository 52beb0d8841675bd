"""Whether sinks and processors serve the new partitions."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition
from psycopg import Connection

from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings
from tollbook_sinks.generations import live_generations
from tollbook_sinks.growing.errors import GrowingFailedError
from tollbook_sinks.growing.grow import QUERIES
from tollbook_sinks.topology import sides_and_kinds

SERVE_STEP = "Live partitions served"
NUDGE_SECONDS = 20.0
POLL_SECONDS = 0.2


def nudge_sinks(settings: Settings, connection: Connection[Any]) -> None:
    """Join the sinks' group for a moment, so that its partitions are shared out anew, the new ones with them.

    By themselves sinks look at the topics every five minutes, and one that was started again under its own name is
    given what it had. Raises GrowingFailedError.
    """
    live = settings.of_generations(live_generations(connection))
    consumer = Consumer(
        {
            **librdkafka_options(live),
            "group.id": f"{live.topic_prefix}sink{live.generations.suffix}",
            "client.id": "tollbook-grow",
            "enable.auto.commit": False,
            "partition.assignment.strategy": "range",
        }
    )
    joined = Event()

    def read_nothing(_: Consumer, __: list[TopicPartition]) -> None:
        consumer.assign([])
        joined.set()

    try:
        consumer.subscribe(list(sides_and_kinds(live.topics)), on_assign=read_nothing)
        deadline = time.monotonic() + NUDGE_SECONDS
        while not joined.is_set() and time.monotonic() < deadline:
            consumer.poll(POLL_SECONDS)
    except KafkaException as error:
        raise GrowingFailedError(
            f"the sinks' group cannot be joined ({error.args[0].str()}): restart the sinks"
        ) from error
    finally:
        consumer.close()


def wait_until_served(
    connection: Connection[Any], wanted: int, seconds: float, report: Callable[[str, int, int], None]
) -> list[int]:
    """The live partitions that are not served when the time is over: no processor's tick in them came through."""
    deadline = time.monotonic() + seconds
    while True:
        served = {number for (number,) in connection.execute(QUERIES["served"])}
        missing = [number for number in range(wanted) if number not in served]
        report(SERVE_STEP, wanted - len(missing), wanted)
        if not missing or time.monotonic() > deadline:
            return missing
        time.sleep(POLL_SECONDS)
