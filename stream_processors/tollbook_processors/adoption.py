"""Taking partitions over: the rest of the restore, and where each partition's fold begins."""

from collections.abc import Sequence

from tollbook_processors.errors import TopicsError
from tollbook_processors.fold import Fold
from tollbook_processors.partition import PartitionFold
from tollbook_processors.ports import LogAccess, Outlet
from tollbook_processors.records import LogRange
from tollbook_processors.resume import resume, start_over
from tollbook_processors.statements import Statements


class Adoption:
    """Prepares the partitions that Faust has assigned and whose changelog it has restored."""

    def __init__(
        self,
        source: str,
        changelog: str,
        *,
        fold: Fold,
        statements: Statements,
        reader: LogAccess,
        sender: Outlet,
    ) -> None:
        self._source = source
        self._changelog = changelog
        self._fold = fold
        self._statements = statements
        self._reader = reader
        self._sender = sender

    async def refuse_unequal_topics(self) -> None:
        """Raise TopicsError unless source and changelog have equally many partitions."""
        refuse_unequal(
            self._source,
            await self._sender.partition_count(self._source),
            self._changelog,
            await self._sender.partition_count(self._changelog),
        )

    async def restore_rest(self, partitions: Sequence[int]) -> None:
        """Read what Faust left unread: it may end a restore early, and a last owner's writes may land after it."""
        logs = await self._reader.ranges(self._changelog, partitions)
        for partition, log in logs.items():
            begin = max(self._statements.positions.get(partition, -1) + 1, log.begin)
            if begin < log.end:
                async for records in self._reader.read(self._changelog, partition, begin, log.end):
                    for record in records:
                        self._statements.restore(record)

    async def begin(self, partitions: Sequence[int]) -> dict[int, PartitionFold]:
        """Each partition's fold at its mark, or at its log's beginning; totals of closed scopes leave memory."""
        logs = await self._reader.ranges(self._source, partitions)
        heads = {partition: await self._head_ms(partition, log) for partition, log in logs.items()}
        recovered = self._statements.grouped()
        folds: dict[int, PartitionFold] = {}
        for partition, log in logs.items():
            mark = self._statements.marks.get(partition)
            totals = recovered.get(partition, {})
            if mark is None:
                folds[partition] = start_over(self._fold, partition, log, heads[partition])
                # Not only the totals: a mark may land yet, and who reads it must read the totals before it again.
                self._statements.forget([partition])
            else:
                folds[partition] = resume(self._fold, partition, mark, totals, log)
                kept = {key for key, _ in folds[partition].cursor.all_totals()}
                self._statements.drop([key for scope in totals.values() for key in scope if key not in kept])
        return folds

    async def _head_ms(self, partition: int, log: LogRange) -> int | None:
        if partition in self._statements.marks or log.begin in (0, log.end):
            return None
        first = await self._reader.first(self._source, partition, log.begin, log.end)
        return None if first is None else first.timestamp


def refuse_unequal(source: str, source_count: int, changelog: str, changelog_count: int) -> None:
    """Raise TopicsError unless the counts are equal: Faust silently never processes the partitions that differ."""
    if source_count != changelog_count:
        raise TopicsError(
            f"{source} has {source_count} partitions and {changelog} has {changelog_count}: they must be equal; "
            "add partitions to the one that has fewer, the changelog first"
        )
