"""Writes to Kafka: whole batches, idempotent, acknowledged by all in-sync replicas."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # aiokafka ships no types
from aiokafka.errors import UnknownTopicOrPartitionError  # type: ignore[import-untyped]  # as above

from tollbook_processors.errors import NotDurableError, TopicsError
from tollbook_processors.ports import Sent

MAX_BATCH_BYTES = 512 * 1024
CONFIRM_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class SentBatch:
    """A batch on its way: `count` records, and the future of the offset of its first."""

    count: int
    confirmation: "asyncio.Future[Any]"

    @property
    def base_offset(self) -> int:
        """The offset of the batch's first record, once it is durable. Raises what the broker answered else."""
        return int(self.confirmation.result().offset)


class Sender:
    """One producer for all tables of a worker. aiokafka keeps the order within a partition.

    `connection` are aiokafka's options to reach the brokers, see `aiokafka_options`.
    """

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self._connection = connection
        self._producer: Any = None
        self._starting = asyncio.Lock()

    async def partition_count(self, topic: str) -> int:
        """How many partitions a topic has. Raises TopicsError for a missing one."""
        producer = await self._started()
        try:
            return len(await producer.partitions_for(topic))
        except UnknownTopicOrPartitionError as error:
            raise TopicsError(
                f"the topic {topic} is gone: bring it back, or create it (`tollbook up` does), and start again"
            ) from error

    async def send(self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes]]) -> list[SentBatch]:
        """Hand records over to the producer in order; returns at once, with one entry for each batch."""
        producer = await self._started()
        sent: list[SentBatch] = []
        builder = producer.create_batch()
        for key, value in items:
            if builder.append(key=key, value=value, timestamp=None) is None:
                sent.append(await _submit(producer, builder, topic, partition))
                builder = producer.create_batch()
                if builder.append(key=key, value=value, timestamp=None) is None:
                    raise NotDurableError(f"a record of {len(value)} bytes does not fit into a batch for {topic}")
        if builder.record_count():
            sent.append(await _submit(producer, builder, topic, partition))
        return sent

    async def durable(self, batches: Sequence[Sent]) -> None:
        """Wait until all are acknowledged. Raises NotDurableError in time, or what the broker answered."""
        if not batches:
            return
        # asyncio.wait, because a cancelled gather would cancel the producer's own futures.
        _, pending = await asyncio.wait([batch.confirmation for batch in batches], timeout=CONFIRM_SECONDS)
        if pending:
            raise NotDurableError(
                f"Kafka did not confirm {len(pending)} batches within {CONFIRM_SECONDS:.0f} s: see that the brokers "
                "are up and that enough replicas are in sync"
            )
        for batch in batches:
            batch.confirmation.result()

    async def stop(self) -> None:
        """Flush and close."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.stop()

    async def _started(self) -> Any:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._connection,
                    acks="all",
                    enable_idempotence=True,
                    max_batch_size=MAX_BATCH_BYTES,
                    linger_ms=0,
                    request_timeout_ms=30_000,
                )
                await producer.start()
                self._producer = producer
        return self._producer


async def _submit(producer: Any, builder: Any, topic: str, partition: int) -> SentBatch:
    builder.close()
    return SentBatch(builder.record_count(), await producer.send_batch(builder, topic, partition=partition))
