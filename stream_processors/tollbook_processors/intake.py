"""What is delivered, against what comes next: duplicates are dropped, gaps looked up in the log itself."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from tollbook_processors.admission import admit
from tollbook_processors.ports import LogAccess, SourceConsumer
from tollbook_processors.records import Record, Records
from tollbook_processors.resume import refuse_truncated

logger = logging.getLogger(__name__)


class Intake:
    """Admits records of one source topic. Faust does deliver from wrong positions around rebalances; this heals it."""

    def __init__(self, source: str, consumer: SourceConsumer, reader: LogAccess, counts: Counter[str]) -> None:
        self._source = source
        self._consumer = consumer
        self._reader = reader
        self._counts = counts

    async def admitted(
        self, next_offsets: Mapping[int, int], chunks: Sequence[tuple[int, Records]]
    ) -> dict[int, list[Record]]:
        """The records that may be folded, by partition; `next_offsets` names the partitions that are owned."""
        work: dict[int, list[Record]] = {}
        for partition, records in chunks:
            if partition not in next_offsets or not records:
                self._counts["unowned"] += len(records)
                continue
            admitted = work.setdefault(partition, [])
            expected = admitted[-1].offset + 1 if admitted else next_offsets[partition]
            admitted.extend(await self._admit(partition, expected, records))
        return {partition: records for partition, records in work.items() if records}

    async def _admit(self, partition: int, expected: int, records: Records) -> list[Record]:
        run, rest, duplicates = admit(expected, records)
        admitted = list(run)
        self._counts["duplicates"] += duplicates
        if duplicates == len(records):
            await self._catch_up(partition, expected)
        while rest:
            expected = admitted[-1].offset + 1 if admitted else expected
            if not await self._is_hole(partition, expected, rest[0].offset):
                await self._consumer.seek(self._source, {partition: expected})
                break
            run, rest, _ = admit(rest[0].offset, rest)
            admitted.extend(run)
        return admitted

    async def _catch_up(self, partition: int, expected: int) -> None:
        position = await self._consumer.position(self._source, partition)
        if position is not None and position < expected:
            await self._consumer.seek(self._source, {partition: expected})

    async def _is_hole(self, partition: int, expected: int, found: int) -> bool:
        """Whether the log itself has nothing between the two: control records or compaction, not a lost delivery."""
        log = (await self._reader.ranges(self._source, [partition]))[partition]
        refuse_truncated(partition, expected, found + 1, log)
        first = await self._reader.first(self._source, partition, expected, found + 1)
        is_hole = first is None or first.offset == found
        self._counts["holes" if is_hole else "rewinds"] += 1
        verdict = "the log has a hole there" if is_hole else "reading again from what was expected"
        logger.warning("%s/%d: expected offset %d, got %d: %s", self._source, partition, expected, found, verdict)
        return is_hole
