"""Waiting until Postgres holds everything that stands on the live topic, in the ledger and in the rollups."""

import time
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition
from psycopg import Connection

from tollbook_cli.reporting import Report
from tollbook_schemas import Settings, TollbookError
from tollbook_schemas.kafka_security import librdkafka_options

STEP = "Live events in ledger and rollups"
WAIT_SECONDS = 90.0
KAFKA_SECONDS = 10.0
POLL_SECONDS = 0.1
_LIVE_PROGRESS = files("tollbook_cli.demo").joinpath("sql", "live_progress.sql").read_bytes()


class CatchUpError(TollbookError):
    """Sink or processor did not catch up with the topic in time."""


def live_watermarks(settings: Settings) -> dict[int, int]:
    """The next offset of each partition of the live topic, as of now."""
    consumer = Consumer({**librdkafka_options(settings), "group.id": "tollbook-demo", "enable.auto.commit": False})
    topic = settings.topics.events
    try:
        partitions = consumer.list_topics(topic, timeout=KAFKA_SECONDS).topics[topic].partitions
        return {
            partition: consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=KAFKA_SECONDS)[1]
            for partition in partitions
        }
    except KafkaException as error:
        raise CatchUpError(f"Kafka at {settings.kafka} does not say how long {topic} is: {error}") from None
    finally:
        consumer.close()


def wait_until_caught_up(connection: Connection[Any], watermarks: Mapping[int, int], report: Report) -> None:
    """Return once sink and marks have passed the watermarks. Raises CatchUpError at the deadline."""
    deadline = time.monotonic() + WAIT_SECONDS
    first: int | None = None
    while True:
        behind = _records_behind(connection, watermarks)
        first = behind if first is None else first
        report(STEP, first - behind if first else 1, first or 1)
        if behind == 0:
            return
        if time.monotonic() > deadline:
            raise CatchUpError(
                f"{behind} records of the live topic are not in Postgres after {WAIT_SECONDS:g} s: nothing is lost; "
                "see `tollbook status` for a worker that stopped, then run the demo again"
            )
        time.sleep(POLL_SECONDS)


def _records_behind(connection: Connection[Any], watermarks: Mapping[int, int]) -> int:
    known = {partition: min(offset, through + 1) for partition, offset, through in connection.execute(_LIVE_PROGRESS)}
    return sum(max(end - known.get(partition, 0), 0) for partition, end in watermarks.items())
