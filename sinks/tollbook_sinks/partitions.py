"""What the sink knows of a partition: how far it is read, and where every offset went."""

from dataclasses import dataclass, field, replace

from tollbook_schemas.judge import PartitionTime
from tollbook_schemas.rollups import Mark
from tollbook_sinks.records import Feed


@dataclass(slots=True)
class Counts:
    """Where the offsets of a source partition went in a batch. Disjoint: together they are all that it consumed."""

    ledger: int = 0
    duplicates: int = 0
    conflicts: int = 0
    dead_letters: int = 0
    ticks: int = 0
    ends: int = 0
    gaps: int = 0

    @property
    def consumed(self) -> int:
        """Offsets accounted for."""
        return self.ledger + self.duplicates + self.conflicts + self.dead_letters + self.ticks + self.ends + self.gaps


@dataclass(frozen=True, slots=True)
class LogId:
    """Which log a partition belongs to: offsets of another cluster, or of a recreated topic, mean something else."""

    cluster_id: str
    topic_id: str


@dataclass(slots=True)
class SourcePartition:
    """A partition of a source topic, read up to `next_offset`. `counts` are of one batch; the table adds them up."""

    feed: Feed
    log: LogId
    next_offset: int
    time: PartitionTime = field(default_factory=PartitionTime)
    counts: Counts = field(default_factory=Counts)

    def for_batch(self) -> "SourcePartition":
        """An independent copy with nothing counted yet, to be dropped if the batch fails."""
        return replace(self, time=self.time.copy(), counts=Counts())


@dataclass(slots=True)
class ChangelogPartition:
    """A partition of a changelog, read up to `next_offset`.

    `bad` records were skipped; `mark` is the one with the highest `through`.
    """

    feed: Feed
    log: LogId
    next_offset: int
    mark: Mark = field(default_factory=lambda: Mark(through=-1))
    bad: int = 0

    def for_batch(self) -> "ChangelogPartition":
        """An independent copy, to be dropped if the batch fails; marks never change, so it is shared."""
        return replace(self)
