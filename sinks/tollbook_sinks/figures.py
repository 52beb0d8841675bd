"""What a running sink did, counted beside it for whoever wants to see; it decides nothing."""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field

from tollbook_schemas.generations import Generations
from tollbook_sinks.batches import Batch, Partition
from tollbook_sinks.ports import AskWatermarks, Store
from tollbook_sinks.records import Feed


@dataclass(slots=True)
class SinkFigures:
    """Since the sink began: committed batches, the seconds that writing took, where source offsets went.

    `next_offsets` are of the partitions that it owns, of the changelogs of these generations. Read from any thread;
    each figure is replaced whole.
    """

    batches: int = 0
    write_seconds: float = 0.0
    last_write_seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    next_offsets: dict[Feed, int] = field(default_factory=dict)
    generations: Generations = field(default_factory=Generations)


class MeasuredStore:
    """A store whose work is counted."""

    def __init__(self, store: Store, figures: SinkFigures) -> None:
        self._store = store
        self._figures = figures

    def load(self, assigned: Collection[Feed], watermarks: AskWatermarks) -> dict[Feed, Partition]:
        """See Store."""
        loaded = self._store.load(assigned, watermarks)
        self._figures.next_offsets = {feed: partition.next_offset for feed, partition in loaded.items()}
        return loaded

    def recorded(self) -> dict[Feed, Partition]:
        """See Store."""
        return self._store.recorded()

    def write(self, batch: Batch) -> None:
        """See Store."""
        began = time.monotonic()
        self._store.write(batch)
        took = time.monotonic() - began
        figures = self._figures
        figures.batches += 1
        figures.last_write_seconds = took
        figures.write_seconds += took
        figures.next_offsets = figures.next_offsets | {feed: one.next_offset for feed, one in batch.moved.items()}
        self._count(batch)

    def close(self) -> None:
        """See Store."""
        self._store.close()

    def _count(self, batch: Batch) -> None:
        outcomes = Counter(self._figures.outcomes)
        for partition in batch.sources.values():
            outcomes.update(asdict(partition.counts))
        self._figures.outcomes = outcomes
