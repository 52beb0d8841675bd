"""Reaches, with `faust_waits`, into Faust: whole chunks to agents, and a table restored by the highest `applied`.

Overridden: the setting ConsumerScheduler, and of a table `persisted_offset`, `apply_changelog_batch`,
`on_recovery_completed` and `info`. Everything used here is public in Faust 0.15.3; a test fails when it changes.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from functools import cached_property
from typing import Any, NamedTuple, cast

import faust
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP, AppT, EventT

from tollbook_processors.failstop import fail_stop
from tollbook_processors.ports import SourceConsumer
from tollbook_processors.records import Record, Records
from tollbook_processors.stream import RollupStream
from tollbook_schemas.rollups import RollupValue

logger = logging.getLogger(__name__)

MakeStream = Callable[[SourceConsumer, MutableMapping[bytes, RollupValue]], RollupStream]
"""Builds a table's stream from the group's consumer and the table's storage."""


class Chunk(NamedTuple):
    """A fetched run of one partition's records, in the shape of a single record: its value is the list of them."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int | None
    headers: tuple[()]
    key: None
    value: list[Record]
    checksum: None
    serialized_key_size: int
    serialized_value_size: int


class ChunkScheduler(DefaultSchedulingStrategy):
    """Delivers what was fetched of a partition as one message. All topics of our app are read this way."""

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Any]]:
        """One chunk a partition."""
        for tp, run in records.items():
            if run:
                last = run[-1]
                yield (
                    tp,
                    Chunk(
                        tp.topic,
                        tp.partition,
                        last.offset,
                        last.timestamp,
                        last.timestamp_type,
                        (),
                        None,
                        run,
                        None,
                        0,
                        0,
                    ),
                )


class FaustConsumer:
    """The group's consumer, as the fold wants it."""

    def __init__(self, app: AppT) -> None:
        self._app = app

    async def position(self, topic: str, partition: int) -> int | None:
        """The offset that is fetched next."""
        return await self._app.consumer.position(TP(topic, partition))

    async def seek(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Fetch from these offsets on."""
        await self._app.consumer.seek_wait({TP(topic, partition): offset for partition, offset in offsets.items()})


class RollupTable(faust.Table[bytes, RollupValue]):
    """A table whose changelog is the output stream: key bytes to the total that is durable there."""

    def __init__(self, app: faust.App, *, make_stream: MakeStream, **options: Any) -> None:
        super().__init__(app, **options)
        self._make_stream = make_stream
        app.on_partitions_revoked.connect(self._on_revoked, weak=False)

    @cached_property
    def stream(self) -> RollupStream:
        """The fold behind this table; first used when the event loop runs."""
        return self._make_stream(FaustConsumer(self.app), self.data)

    @property
    def has_begun(self) -> bool:
        """Whether there is a fold to look at, which only the event loop may make."""
        return "stream" in self.__dict__

    def info(self) -> dict[str, Any]:
        """Constructor arguments, for Faust's clones."""
        return {**super().info(), "make_stream": self._make_stream}

    def persisted_offset(self, tp: TP) -> int | None:
        """Memory is complete up to here: after a rebalance only the rest is read."""
        return self.stream.statements.positions.get(tp.partition)

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Restore chunks. Stops the worker on any error, which Faust would only log."""
        try:
            for event in batch:
                for record in _records(event):
                    self.stream.statements.restore(record)
        except Exception as error:  # noqa: BLE001 - Recovery would swallow it and lose what the batch said
            fail_stop(f"restoring {self.name}", error)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:  # noqa: ARG002 - Faust's
        """Adopt the partitions. Stops the worker on any error, unless the group is rebalancing again anyway."""
        # Not `app.rebalancing`: Faust holds it true until all tables are through with this.
        assignment = self._assignment()

        def still_owner() -> bool:
            return self._assignment() == assignment

        try:
            await self.stream.adopt(sorted(tp.partition for tp in active_tps), still_owner)
        except Exception as error:  # noqa: BLE001 - Faust would swallow it and go on without these partitions
            if still_owner():
                fail_stop(f"adopting {self.name}", error)
            logger.warning("adoption of %s given up, the group rebalances again: %r", self.name, error)

    def _assignment(self) -> tuple[int, int]:
        """Changes with every assignment, and as soon as a rebalance begins."""
        return self.app.consumer_generation_id, self.app.rebalancing_count

    async def step(self, events: Iterable[EventT[Any]]) -> None:
        """Fold a batch of delivered chunks. Stops the worker on any error, after which Faust would skip the batch."""
        chunks = [(event.message.partition, _records(event)) for event in events]
        try:
            await self.stream.step(chunks)
        except Exception as error:  # noqa: BLE001 - see above
            fail_stop(f"folding {self.name}", error)

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        self.stream.revoke()


def _records(event: EventT[Any]) -> Records:
    """The records of a delivered chunk, which Faust declares as bytes."""
    return cast("Records", event.message.value)
