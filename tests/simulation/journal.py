"""What was committed, in order: so that it can be done again on a real Postgres."""

from dataclasses import dataclass, field

from simulation.tables import Rows
from tollbook_sinks.batches import Batch
from tollbook_sinks.lifecycle.compaction import Verdict
from tollbook_sinks.lifecycle.windows import Window


@dataclass(slots=True)
class Journal:
    """`entries`: a sink's batch as it was before, windows that were closed, a window's verdict. `rows`: the end."""

    entries: list[Batch | list[Window] | Verdict] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)

    def __bool__(self) -> bool:
        """Also while nothing is in it."""
        return True
