"""What becomes durable is taken into the statements, and closed windows leave memory with the mark that closed them."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pytest

from support.processor_machine import PARTITION
from tollbook_processors.partition import Emission
from tollbook_processors.ports import Sent
from tollbook_processors.statements import Statements
from tollbook_processors.writer import ChangelogWriter
from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import ZERO
from tollbook_schemas.rollups import Mark, RollupKey, RollupValue

DIMENSIONS = Dimensions("w", "p", None, None, None, "openai", "gpt-x", None, "chat", None, False, 0)
KEY = RollupKey(PARTITION, None, 3_600_000, DIMENSIONS).encode()
VALUE = RollupValue(7, ZERO)


@dataclass(frozen=True)
class Landed:
    """A batch that is durable as soon as it is sent."""

    count: int
    base_offset: int
    confirmation: None = None


@dataclass
class Outlet:
    """Takes batches at once."""

    keys: list[bytes] = field(default_factory=list)

    async def partition_count(self, topic: str) -> int:  # noqa: ARG002 - the protocol's
        return 1

    async def send(
        self,
        topic: str,  # noqa: ARG002 - the protocol's
        partition: int,  # noqa: ARG002 - the protocol's
        items: Iterable[tuple[bytes, bytes]],
    ) -> Sequence[Sent]:
        base, keys = len(self.keys), [key for key, _ in items]
        self.keys += keys
        return [Landed(len(keys), base)] if keys else []

    async def durable(self, batches: Sequence[Sent]) -> None:
        """They are."""


@pytest.fixture
def statements() -> Statements:
    return Statements("live", {})


@pytest.fixture
def writer(statements: Statements) -> ChangelogWriter:
    return ChangelogWriter("changelog", statements, Outlet())


def test_totals_of_a_window_that_closed_stay_until_its_mark_is_durable(
    statements: Statements, writer: ChangelogWriter
) -> None:
    emission = Emission([(KEY, VALUE)], Mark(7), closed=[KEY])

    async def write() -> None:
        await writer.write_values({PARTITION: emission})
        assert statements.totals == {KEY: VALUE}, "whoever resumes from the mark before needs them"
        await writer.write_mark(PARTITION, emission)
        assert (statements.totals, statements.marks) == ({KEY: VALUE}, {})
        await writer.settle()

    asyncio.run(write())
    assert (statements.totals, statements.marks, statements.positions) == ({}, {PARTITION: Mark(7)}, {PARTITION: 1})
