"""Writes a table's changelog: values, and when they are durable the mark."""

from collections.abc import Iterable, Mapping
from itertools import islice

from tollbook_processors.partition import Emission
from tollbook_processors.ports import Outlet, Sent
from tollbook_processors.statements import Statements
from tollbook_schemas.rollups import encode_mark, encode_value, mark_key


class ChangelogWriter:
    """Writes, and takes what became durable into the statements. At most one mark a partition is in flight."""

    def __init__(self, changelog: str, statements: Statements, sender: Outlet) -> None:
        self._changelog = changelog
        self._statements = statements
        self._sender = sender
        self._flying: dict[int, tuple[Emission, Sent]] = {}

    async def write_values(self, emissions: Mapping[int, Emission]) -> None:
        """On return the values, and the marks before them, are durable."""
        sent = {}
        for partition, emission in emissions.items():
            items = ((key, encode_value(key, value)) for key, value in emission.values)
            sent[partition] = await self._sender.send(self._changelog, partition, items)
        await self.settle(emissions)
        await self._sender.durable([batch for batches in sent.values() for batch in batches])
        for partition, emission in emissions.items():
            statements = iter(emission.values)
            for batch in sent[partition]:
                self._statements.written(partition, batch.base_offset, list(islice(statements, batch.count)))

    async def write_mark(self, partition: int, emission: Emission) -> None:
        """Send the mark of values that are durable, and do not wait for it. The one before must be settled."""
        key = mark_key(partition)
        batches = await self._sender.send(self._changelog, partition, [(key, encode_mark(key, emission.mark))])
        self._flying[partition] = (emission, batches[0])

    async def settle(self, partitions: Iterable[int] | None = None) -> None:
        """Wait for marks in flight: of these partitions, or all. The scopes that they closed leave memory.

        Not before: a worker that gets the partition again in between resumes from the mark before, which needs them.
        """
        wanted = list(self._flying if partitions is None else partitions)
        landing = {partition: self._flying.pop(partition) for partition in wanted if partition in self._flying}
        await self._sender.durable([batch for _, batch in landing.values()])
        for partition, (emission, batch) in landing.items():
            self._statements.written(partition, batch.base_offset, [emission.mark])
            self._statements.drop(emission.closed)
