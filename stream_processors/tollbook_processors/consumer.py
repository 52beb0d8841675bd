"""What the fold needs of the group's consumer, which is Faust's."""

from collections.abc import Mapping
from typing import Protocol


class SourceConsumer(Protocol):
    """Positions in the assigned partitions."""

    async def position(self, topic: str, partition: int) -> int | None:
        """The offset that is fetched next."""

    async def seek(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Fetch from these offsets on."""
