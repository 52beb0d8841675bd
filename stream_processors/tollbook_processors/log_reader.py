"""An independent look at a log: its own consumer, no group, positions of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # aiokafka ships no types
from aiokafka.errors import KafkaTimeoutError  # type: ignore[import-untyped]  # as above

from tollbook_processors.errors import LogReadError
from tollbook_processors.records import LogRange, Record

STALL_SECONDS = 60.0


class LogReader:
    """Reads ranges of single partitions, one at a time.

    `connection` are aiokafka's options to reach the brokers, see `aiokafka_options`.
    """

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self._connection = connection
        self._consumer: Any = None
        self._turn = asyncio.Lock()

    async def read(self, topic: str, partition: int, begin: int, end: int) -> AsyncIterator[list[Record]]:
        """The records with offsets from `begin` up to, not including, `end`, in chunks.

        Raises LogReadError when nothing comes for a minute.
        """
        async with self._turn:
            consumer = await self._started()
            at = TopicPartition(topic, partition)
            consumer.assign([at])
            consumer.seek(at, begin)
            deadline = time.monotonic() + STALL_SECONDS
            try:
                while (position := await consumer.position(at)) < end:
                    if time.monotonic() > deadline:
                        raise LogReadError(f"reading {topic}/{partition} stands at offset {position}, wanted {end}")
                    records = (await consumer.getmany(at, timeout_ms=500)).get(at, [])
                    if records:
                        deadline = time.monotonic() + STALL_SECONDS
                        yield [record for record in records if record.offset < end]
            finally:
                consumer.unsubscribe()

    async def ranges(self, topic: str, partitions: Iterable[int]) -> dict[int, LogRange]:
        """What the partitions' logs hold.

        Not asked of the group's consumer: its long polls would hold the answer up for seconds. Raises LogReadError
        when no broker can say it in time.
        """
        consumer = await self._started()
        places = [TopicPartition(topic, partition) for partition in partitions]
        try:
            begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        except KafkaTimeoutError as error:
            raise LogReadError(
                f"Kafka does not say what {topic} holds: see that the brokers are up and that enough replicas are in "
                "sync, and start again"
            ) from error
        return {place.partition: LogRange(begins[place], ends[place]) for place in places}

    async def first(self, topic: str, partition: int, begin: int, end: int) -> Record | None:
        """The first record in the range, None when the log has none there."""
        reading = self.read(topic, partition, begin, end)
        try:
            async for records in reading:
                if records:
                    return records[0]
        finally:
            await reading.aclose()  # type: ignore[attr-defined]  # an async generator is declared as an iterator
        return None

    async def stop(self) -> None:
        """Close the consumer."""
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await consumer.stop()

    async def _started(self) -> Any:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                **self._connection,
                enable_auto_commit=False,
                auto_offset_reset="none",
                fetch_max_wait_ms=100,
            )
            await consumer.start()
            self._consumer = consumer
        return self._consumer
