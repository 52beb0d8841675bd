"""What the changelog says: of every key the total with the highest `applied`, of every partition its furthest mark.

Records may arrive in any order and more than once, also from a worker that lost its partition long ago; each states
something that is true for ever, so the furthest one is right. Keeping the last one instead loses events.
"""

import logging
from collections.abc import Iterable, MutableMapping
from itertools import count

from tollbook_processors.records import Record
from tollbook_schemas.rollups import (
    BadRollupRecordError,
    Mark,
    RollupValue,
    Scope,
    decode_rollup,
    place_of,
)
from tollbook_schemas.topics import StreamKind

logger = logging.getLogger(__name__)

BAD_RECORDS_LOGGED = 3

Written = tuple[bytes, RollupValue] | Mark
"""What one of our own changelog records said."""


class Statements:
    """The changelog's statements about the partitions that this worker holds.

    `totals` is the table's own storage. `positions`: partition to the changelog offset up to which all is known.
    """

    def __init__(self, kind: StreamKind, totals: MutableMapping[bytes, RollupValue]) -> None:
        self.kind: StreamKind = kind
        self.totals = totals
        self.marks: dict[int, Mark] = {}
        self.positions: dict[int, int] = {}
        self.read = 0
        self.bad = 0

    def restore(self, record: Record) -> None:
        """Take in a record of the changelog. Damaged ones are counted and ignored: the audit finds what is missing."""
        self.read += 1
        partition = record.partition
        self.positions[partition] = max(record.offset, self.positions.get(partition, -1))
        if record.value is None:
            return
        try:
            statement = decode_rollup(self.kind, partition, record.key, record.value)
        except BadRollupRecordError as error:
            self.bad += 1
            if self.bad <= BAD_RECORDS_LOGGED:
                logger.warning("ignored in changelog partition %d, offset %d: %s", partition, record.offset, error)
            return
        if isinstance(statement, Mark):
            self._keep(partition, statement)
        else:
            self._keep(partition, (record.key or b"", statement[1]))

    def written(self, partition: int, base_offset: int, batch: Iterable[Written]) -> None:
        """Take in records of our own, now durable from `base_offset` on.

        Only an unbroken run moves the position: another owner's records in between must be read at the next restore.
        """
        position = self.positions.get(partition, -1)
        for offset, statement in zip(count(base_offset), batch, strict=False):
            self._keep(partition, statement)
            if offset == position + 1:
                position = self.positions[partition] = offset

    def _keep(self, partition: int, statement: Written) -> None:
        if isinstance(statement, Mark):
            known = self.marks.get(partition)
            if known is None or statement.through > known.through:
                self.marks[partition] = statement
            return
        key, value = statement
        old = self.totals.get(key)
        if old is None or value.applied > old.applied:
            self.totals[key] = value

    def grouped(self) -> dict[int, dict[Scope, dict[bytes, RollupValue]]]:
        """All totals by partition and scope."""
        found: dict[int, dict[Scope, dict[bytes, RollupValue]]] = {}
        for key, value in self.totals.items():
            partition, scope = place_of(key)
            found.setdefault(partition, {}).setdefault(scope, {})[key] = value
        return found

    def keep_only(self, partitions: Iterable[int]) -> None:
        """Forget all other partitions."""
        kept = set(partitions)
        known = {place_of(key)[0] for key in self.totals} | self.marks.keys() | self.positions.keys()
        self.forget(known - kept)

    def forget(self, partitions: Iterable[int]) -> None:
        """Forget partitions, their positions too: what comes back must be read again."""
        gone = set(partitions)
        if gone:
            self.drop([key for key in self.totals if place_of(key)[0] in gone])
        for partition in gone:
            self.marks.pop(partition, None)
            self.positions.pop(partition, None)

    def drop(self, keys: Iterable[bytes]) -> None:
        """Forget totals: their windows are closed, or they are not to be trusted."""
        for key in keys:
            self.totals.pop(key, None)
