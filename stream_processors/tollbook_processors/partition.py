"""One partition's way from recovered totals to trusted ones: hold, audit, refold, emit. No Kafka, no clock."""

import logging
from bisect import bisect_right
from dataclasses import dataclass

from tollbook_processors.audit import differs_from, discrepancies
from tollbook_processors.cursor import Cursor, time_of
from tollbook_processors.errors import RefoldMismatchError
from tollbook_processors.fold import Fold
from tollbook_processors.records import Records
from tollbook_schemas.rollups import Mark, RollupValue

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holding:
    """Nothing is emitted until offset `until`, the furthest that any recovered total has applied, is folded."""

    until: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Refolding:
    """The mark's open scopes are folded again, silently, up to the mark."""

    mark: Mark

    @property
    def until(self) -> int:
        """The mark's offset."""
        return self.mark.through


@dataclass(frozen=True, slots=True)
class Emission:
    """What a batch leaves to be written: values first, and when they are durable the mark.

    `closed`: keys of scopes that the batch closed; they leave memory once the mark is durable.
    """

    values: list[tuple[bytes, RollupValue]]
    mark: Mark
    closed: list[bytes]


class PartitionFold:
    """Folds one partition. It emits only while it is neither holding nor refolding."""

    def __init__(self, fold: Fold, cursor: Cursor, phase: Holding | Refolding | None = None) -> None:
        self.fold = fold
        self.cursor = cursor
        self.phase = phase

    def advance(self, records: Records) -> bool:
        """Fold the records that come next.

        Returns False when the recovered totals turned out wrong: the partition begins again at `cursor.next_offset`,
        further back, and the rest of the records was not used. Raises RefoldMismatchError when that was already tried.
        """
        if self.phase is None:
            self.fold.run(self.cursor, records)
            return True
        reached = bisect_right(records, self.phase.until, key=lambda record: record.offset)
        self._fold_silently(records[:reached])
        if reached == len(records) and self.cursor.next_offset <= self.phase.until:
            return True
        return self.conclude() and self.advance(records[reached:])

    def conclude(self) -> bool:
        """Check the totals, at the one offset at which they can be checked. False: see `advance`."""
        if isinstance(self.phase, Refolding):
            self._end_refold(self.phase.mark)
        elif self.phase is not None:
            wrong = discrepancies(self.cursor)
            if wrong:
                logger.error(
                    "partition %d through %d: recovered totals do not add up to the mark, folding again from the log;"
                    " scope: (counted, in totals) %s",
                    self.cursor.partition,
                    self.cursor.next_offset - 1,
                    dict(list(wrong.items())[:5]),
                )
                self._begin_refold(self.phase.mark)
                return False
            self.fold.counts["audits"] += 1
            self.phase = None
        return True

    def emission(self) -> Emission | None:
        """What is to be written now; None while nothing may be said."""
        if self.phase is not None:
            return None
        values = [*self.cursor.final, *self.cursor.dirty.items()]
        closed = self.fold.close(self.cursor)
        self.cursor.dirty, self.cursor.final = {}, []
        return Emission(values, self.cursor.mark(self.fold.rule.width_ms), closed)

    def _fold_silently(self, records: Records) -> None:
        only = self.phase.mark.open.keys() if isinstance(self.phase, Refolding) else None
        self.fold.run(self.cursor, records, only)

    def _begin_refold(self, mark: Mark) -> None:
        self.fold.counts["refolds"] += 1
        start = min((scope.first_offset for scope in mark.open.values()), default=mark.through + 1)
        self.cursor = Cursor(self.cursor.partition, start, time_of(mark), mark.floor)
        self.phase = Refolding(mark) if mark.open else None

    def _end_refold(self, mark: Mark) -> None:
        wrong = differs_from(self.cursor, mark)
        if wrong:
            raise RefoldMismatchError(
                f"partition {self.cursor.partition} folded again up to offset {mark.through} does not add up to its "
                f"mark in {len(wrong)} windows or imports, the first one {wrong[0]!r}: the source log was changed, or "
                "the window settings were; bring them back, or fold the partition anew after deleting its records "
                "from the changelog (kafka-delete-records)"
            )
        # What was met on the way back was judged by the mark's time, which is the highest: only the mark's own time
        # is the log's. Every total was changed on the way, so all of them are written now.
        self.cursor.time = time_of(mark)
        self.phase = None
