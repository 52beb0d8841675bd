"""What the fold needs of the group's consumer, which is Faust's."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from tollbook_processors.records import LogRange


class SourceConsumer(Protocol):
    """Ranges of any topic, and positions in the assigned ones."""

    async def ranges(self, topic: str, partitions: Iterable[int]) -> dict[int, LogRange]:
        """What the partitions' logs hold."""

    async def position(self, topic: str, partition: int) -> int | None:
        """The offset that is fetched next."""

    async def seek(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Fetch from these offsets on."""
