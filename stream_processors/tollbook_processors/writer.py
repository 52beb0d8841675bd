"""Writes a table's changelog: values, and when they are durable the mark."""

from collections.abc import Iterable, Mapping
from itertools import islice

from tollbook_processors.partition import Emission
from tollbook_processors.sender import Sender, SentBatch, durable
from tollbook_processors.statements import Statements
from tollbook_schemas.rollups import Mark, encode_mark, encode_value, mark_key


class ChangelogWriter:
    """Writes, and takes what became durable into the statements. At most one mark a partition is in flight."""

    def __init__(self, changelog: str, statements: Statements, sender: Sender) -> None:
        self._changelog = changelog
        self._statements = statements
        self._sender = sender
        self._flying: dict[int, tuple[Mark, SentBatch]] = {}

    async def write_values(self, emissions: Mapping[int, Emission]) -> None:
        """On return the values, and the marks before them, are durable, and closed scopes have left memory."""
        sent = {}
        for partition, emission in emissions.items():
            items = ((key, encode_value(key, value)) for key, value in emission.values)
            sent[partition] = await self._sender.send(self._changelog, partition, items)
        await self.settle(emissions)
        await durable([batch for batches in sent.values() for batch in batches])
        for partition, emission in emissions.items():
            statements = iter(emission.values)
            for batch in sent[partition]:
                self._statements.written(partition, batch.base_offset, list(islice(statements, batch.count)))
            self._statements.drop(emission.closed)

    async def write_mark(self, partition: int, mark: Mark) -> None:
        """Send a mark whose values are durable, and do not wait for it. The one before must be settled."""
        key = mark_key(partition)
        batches = await self._sender.send(self._changelog, partition, [(key, encode_mark(key, mark))])
        self._flying[partition] = (mark, batches[0])

    async def settle(self, partitions: Iterable[int] | None = None) -> None:
        """Wait for marks in flight: of these partitions, or all."""
        wanted = list(self._flying if partitions is None else partitions)
        landing = {partition: self._flying.pop(partition) for partition in wanted if partition in self._flying}
        await durable([batch for _, batch in landing.values()])
        for partition, (mark, batch) in landing.items():
            self._statements.written(partition, batch.base_offset, [mark])
