"""One stream kind end to end: admitted records are folded, values made durable, then the marks written."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tollbook_processors.adoption import Adoption
from tollbook_processors.fold import Fold
from tollbook_processors.intake import Intake
from tollbook_processors.partition import Emission, PartitionFold
from tollbook_processors.ports import Clock, LogAccess, Outlet, SourceConsumer
from tollbook_processors.records import Record, Records
from tollbook_processors.resume import refuse_truncated
from tollbook_processors.statements import Statements
from tollbook_processors.writer import ChangelogWriter
from tollbook_schemas.judge import refuse_broken_clock

logger = logging.getLogger(__name__)

LOG_APPEND_TIME = 1
"""`timestamp_type` of a record that the broker stamped."""


@dataclass(slots=True)
class Owned:
    """An assigned partition, with the times (monotonic, s) at which something was folded and a mark was written."""

    fold: PartitionFold
    seen: float
    marked: float


class RollupStream:
    """The fold of one source topic into one changelog. One lock for step, adoption and refresh.

    Any error from `step` or `refresh` leaves the cursors unusable: the worker must stop.
    """

    def __init__(
        self,
        source: str,
        changelog: str,
        *,
        fold: Fold,
        statements: Statements,
        consumer: SourceConsumer,
        sender: Outlet,
        reader: LogAccess,
        clock: Clock = time,
    ) -> None:
        self.source = source
        self.fold = fold
        self.statements = statements
        self.owned: dict[int, Owned] = {}
        self._consumer = consumer
        self._reader = reader
        self._clock = clock
        self._lock = asyncio.Lock()
        self._intake = Intake(source, consumer, reader, fold.counts)
        self._writer = ChangelogWriter(changelog, statements, sender)
        self._adoption = Adoption(source, changelog, fold=fold, statements=statements, reader=reader, sender=sender)

    def revoke(self) -> None:
        """No cursor is valid until the next adoption."""
        self.owned = {}

    async def step(self, chunks: Sequence[tuple[int, Records]]) -> None:
        """Fold delivered chunks of (partition, records) and write what they leave."""
        async with self._lock:
            owned = self.owned
            next_offsets = {partition: own.fold.cursor.next_offset for partition, own in owned.items()}
            work = await self._intake.admitted(next_offsets, chunks)
            if self.owned is not owned:
                return
            emissions, back = self._advance(work)
            await self._write(owned, emissions)
            await self._go_back(owned, back)

    async def adopt(self, partitions: Sequence[int], still_owner: Callable[[], bool]) -> None:
        """Take over exactly these partitions, whose changelog Faust has restored, and go to where their folds begin."""
        async with self._lock:
            self.owned = {}
            await self._writer.settle()
            if partitions:
                await self._adoption.refuse_unequal_topics()
                await self._adoption.restore_rest(partitions)
            if still_owner():
                self.statements.keep_only(partitions)
            if partitions and still_owner():
                await self._begin(partitions, still_owner)

    async def refresh(self, seconds: float) -> None:
        """Write marks that are older than that again, so that the changelog's retention never takes the last one."""
        async with self._lock:
            owned, now = self.owned, self._clock.monotonic()
            old = {partition: own.fold for partition, own in owned.items() if now - own.marked > seconds}
            emissions = {partition: fold.emission() for partition, fold in old.items() if fold.cursor.next_offset}
            await self._write(owned, {partition: said for partition, said in emissions.items() if said is not None})

    def idle(self, seconds: float) -> list[int]:
        """Own partitions in which nothing was folded for so long; each is named once in that time."""
        now = self._clock.monotonic()
        idle = [partition for partition, own in self.owned.items() if now - own.seen > seconds]
        for partition in idle:
            self.owned[partition].seen = now
        return idle

    async def stop(self) -> None:
        """Let the running step end and take no further one."""
        async with self._lock:
            self.owned = {}
            await self._writer.settle()
            await self._reader.stop()

    def _advance(self, work: Mapping[int, list[Record]]) -> tuple[dict[int, Emission], list[int]]:
        """Synchronous: emissions by partition, and the partitions that begin again further back."""
        emissions: dict[int, Emission] = {}
        back: list[int] = []
        for partition, records in work.items():
            self._refuse_broken_clock(records)
            own = self.owned[partition]
            own.seen = self._clock.monotonic()
            if not own.fold.advance(records):
                back.append(partition)
            elif (emission := own.fold.emission()) is not None:
                emissions[partition] = emission
        return emissions, back

    def _refuse_broken_clock(self, records: Records) -> None:
        if self.fold.kind == "live" and records[0].timestamp_type == LOG_APPEND_TIME:
            refuse_broken_clock(max(record.timestamp for record in records), self._clock.time_ns() // 1_000_000)

    async def _write(self, owned: Mapping[int, Owned], emissions: Mapping[int, Emission]) -> None:
        """Values, then the marks, as long as the partitions are ours: a mark must not overtake another owner's."""
        await self._writer.write_values(emissions)
        for partition, emission in emissions.items():
            if self.owned is owned:
                owned[partition].marked = self._clock.monotonic()
                await self._writer.write_mark(partition, emission)

    async def _go_back(self, owned: Mapping[int, Owned], partitions: Iterable[int]) -> None:
        offsets = {partition: owned[partition].fold.cursor.next_offset for partition in partitions}
        if not offsets or self.owned is not owned:
            return
        logs = await self._reader.ranges(self.source, offsets)
        for partition, offset in offsets.items():
            refuse_truncated(partition, offset, offset, logs[partition])
        if self.owned is owned:
            await self._consumer.seek(self.source, offsets)

    async def _begin(self, partitions: Sequence[int], still_owner: Callable[[], bool]) -> None:
        folds = await self._adoption.begin(partitions)
        offsets = {partition: fold.cursor.next_offset for partition, fold in folds.items()}
        if still_owner():
            await self._consumer.seek(self.source, offsets)
        if still_owner():
            now = self._clock.monotonic()
            self.owned = {partition: Owned(fold, now, now) for partition, fold in folds.items()}
            said = self.statements
            logger.info(
                "%s: adopted, next offsets %s; changelog records read %d, ignored %d",
                self.source,
                offsets,
                said.read,
                said.bad,
            )
