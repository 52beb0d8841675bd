"""Logs as Kafka keeps them: append-only, cut at the head by retention, thinned out by compaction, with holes."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LOG_APPEND_TIME = 1


class Stored(NamedTuple):
    """A record as it lies in a log."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    timestamp_type: int | None = LOG_APPEND_TIME


@dataclass(slots=True)
class PartitionLog:
    """One partition: offsets from `begin` up to, not including, `end`, not all of which have a record."""

    partition: int
    records: list[Stored] = field(default_factory=list)
    begin: int = 0
    end: int = 0
    is_damaged: bool = False

    def append(
        self, timestamp: int, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes | None]] = ()
    ) -> Stored:
        """Write a record at the end."""
        record = Stored(self.partition, self.end, timestamp, key, value, headers)
        self.records.append(record)
        self.end += 1
        return record

    def leave_hole(self, offsets: int) -> None:
        """Offsets that never get a record, such as a transaction's markers."""
        self.end += offsets

    def read(self, begin: int, limit: int) -> list[Stored]:
        """Up to so many records from an offset on."""
        index = bisect_left(self.records, begin, key=lambda record: record.offset)
        return self.records[index : index + limit]

    def expire(self, upto: int) -> None:
        """Retention takes what lies before an offset."""
        self.begin = max(self.begin, upto)
        self.keep(lambda record: record.offset >= self.begin)

    def compact(self, upto: int) -> None:
        """The cleaner keeps the last record of each key, in log order, among those before an offset."""
        last = {record.key: record.offset for record in self.records if record.offset < upto}
        self.keep(lambda record: record.offset >= upto or last[record.key] == record.offset)

    def keep(self, wanted: Callable[[Stored], bool]) -> None:
        """Remove all other records; offsets stay."""
        kept = [record for record in self.records if wanted(record)]
        self.is_damaged = self.is_damaged or len(kept) < len(self.records)
        self.records = kept
