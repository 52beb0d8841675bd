"""Deliveries from wrong positions: what was left out is read again, and a hole in the log is passed over."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from support.processor_machine import PARTITION, LogRecord
from tollbook_processors.errors import SourceTruncatedError
from tollbook_processors.intake import Intake
from tollbook_processors.records import LogRange, Record, Records

SOURCE = "events"


@dataclass
class Log:
    """A partition's log with holes, and a consumer that stands at `at` in it."""

    offsets: Sequence[int]
    at: int = 0
    sought: list[int] = field(default_factory=list)

    async def position(self, topic: str, partition: int) -> int:
        assert (topic, partition) == (SOURCE, PARTITION)
        return self.at

    async def seek(self, topic: str, offsets: Mapping[int, int]) -> None:
        assert (topic, *offsets) == (SOURCE, PARTITION)
        self.sought += offsets.values()

    async def read(self, topic: str, partition: int, begin: int, end: int) -> AsyncIterator[list[Record]]:
        assert (topic, partition) == (SOURCE, PARTITION)
        yield list(self.records(begin, end))

    async def ranges(self, topic: str, partitions: Iterable[int]) -> dict[int, LogRange]:
        assert (topic, *partitions) == (SOURCE, PARTITION)
        return {PARTITION: LogRange(self.offsets[0], self.offsets[-1] + 1)}

    async def first(self, topic: str, partition: int, begin: int, end: int) -> Record | None:
        assert (topic, partition) == (SOURCE, PARTITION)
        return next(iter(self.records(begin, end)), None)

    async def stop(self) -> None:
        """Nothing is open."""

    def records(self, begin: int, end: int) -> list[LogRecord]:
        return [LogRecord(offset, 0, None, None) for offset in self.offsets if begin <= offset < end]


def admitted(log: Log, expected: int, *chunks: Records) -> tuple[list[int], Counter[str]]:
    """Offsets admitted of what was delivered of the partition, and what was counted."""
    counts: Counter[str] = Counter()
    intake = Intake(SOURCE, log, log, counts)
    work = asyncio.run(intake.admitted({PARTITION: expected}, [(PARTITION, chunk) for chunk in chunks]))
    return [record.offset for record in work.get(PARTITION, [])], counts


def test_records_that_were_left_out_are_fetched_again() -> None:
    log = Log(range(20), at=12)
    assert admitted(log, 5, log.records(8, 12)) == ([], Counter(rewinds=1, duplicates=0))
    assert log.sought == [5]


def test_what_follows_on_before_the_gap_is_kept() -> None:
    log = Log(range(20), at=12)
    assert admitted(log, 5, log.records(5, 7), log.records(8, 12))[0] == [5, 6]
    assert log.sought == [7]


def test_a_hole_in_the_log_itself_is_no_reason_to_go_back() -> None:
    log = Log([*range(7), *range(9, 20)], at=12)
    assert admitted(log, 5, log.records(5, 12))[0] == [5, 6, 9, 10, 11]
    assert log.sought == []


def test_records_from_before_are_dropped_and_the_consumer_is_sent_on() -> None:
    log = Log(range(20), at=3)
    assert admitted(log, 5, log.records(0, 3)) == ([], Counter(duplicates=3))
    assert log.sought == [5]


def test_a_log_that_was_cut_beyond_what_comes_next_is_refused() -> None:
    log = Log(range(8, 20), at=12)
    with pytest.raises(SourceTruncatedError, match=r"needs offset 5 .* begins at 8.*kafka-delete-records"):
        admitted(log, 5, log.records(8, 12))


def test_partitions_that_are_not_owned_are_left_alone() -> None:
    log = Log(range(20))
    work = asyncio.run(Intake(SOURCE, log, log, Counter()).admitted({}, [(PARTITION, log.records(0, 3))]))
    assert (work, log.sought) == ({}, [])
