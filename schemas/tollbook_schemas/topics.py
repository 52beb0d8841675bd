"""Topic names, and the configuration each topic must have for the invariants to hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

StreamKind = Literal["live", "import"]
STREAM_KINDS: tuple[StreamKind, StreamKind] = ("live", "import")

STAMP_CONFIG = "message.timestamp.type"
"""The topic setting that says who stamps records."""
BROKER_STAMP = "LogAppendTime"
"""Its value in every topic of ours: the broker does, so lateness never depends on a client's clock."""

TICK_KEY = b"__tick"
"""Key of the empty record that moves an idle live partition's clock."""
END_KEY = b"__end"
"""Key of the record that ends an import in one partition."""
IMPORT_HEADER = "import_id"
"""Header of every record on the imports topic. Not part of an event's content."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The four topics under one prefix, the changelogs of one generation each."""

    prefix: str = "tollbook."
    live_generation: int = 1
    import_generation: int = 1

    @property
    def events(self) -> str:
        """Live usage events, keyed by event id."""
        return f"{self.prefix}usage-events"

    @property
    def imports(self) -> str:
        """Imported usage events, keyed by event id, each with the header `import_id`."""
        return f"{self.prefix}usage-imports"

    @property
    def rollups(self) -> str:
        """Changelog of the live totals, which is the output stream."""
        return f"{self.prefix}usage-rollups{_suffix(self.live_generation)}"

    @property
    def import_rollups(self) -> str:
        """Changelog of the imports' totals."""
        return f"{self.prefix}import-rollups{_suffix(self.import_generation)}"

    @property
    def generations(self) -> str:
        """Says which generations are live, in one partition; it is there once there was a replay."""
        return f"{self.prefix}generations"

    @property
    def all(self) -> tuple[str, str, str, str]:
        """Events, imports, rollups, import rollups."""
        return self.events, self.imports, self.rollups, self.import_rollups

    def source(self, kind: StreamKind) -> str:
        """The source topic of a stream kind."""
        return self.events if kind == "live" else self.imports

    def changelog(self, kind: StreamKind) -> str:
        """The changelog topic of a stream kind."""
        return self.rollups if kind == "live" else self.import_rollups

    def kind_of(self, topic: str) -> StreamKind:
        """The stream kind of any of the four topics. Raises KeyError for another topic."""
        return {
            self.events: "live",
            self.rollups: "live",
            self.imports: "import",
            self.import_rollups: "import",
        }[topic]  # type: ignore[return-value]  # the literals above are StreamKinds


def _suffix(generation: int) -> str:
    return "" if generation == 1 else f".g{generation}"


def source_config(retention_seconds: int) -> Mapping[str, str]:
    """Configuration of a source topic: the broker stamps records, so lateness never depends on a client's clock."""
    return {
        "cleanup.policy": "delete",
        STAMP_CONFIG: BROKER_STAMP,
        "retention.ms": str(retention_seconds * 1000),
    }


def changelog_config(retention_seconds: int) -> Mapping[str, str]:
    """Configuration of a changelog: compacted late enough that a zombie's record never hides a newer one at once."""
    return {
        "cleanup.policy": "compact,delete",
        STAMP_CONFIG: BROKER_STAMP,
        "retention.ms": str(retention_seconds * 1000),
        "min.compaction.lag.ms": str(15 * 60 * 1000),
        "segment.ms": str(60 * 60 * 1000),
    }
