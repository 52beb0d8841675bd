"""What a replay was asked for."""

from dataclasses import asdict, dataclass
from typing import Any

from tollbook_schemas.topics import StreamKind


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Which part of which log is folded again.

    `from_ms`: windows that start before it are left out, None for all that the log holds. `disputed_only`: only
    disputed windows are repaired, and the live generation stays.
    """

    kind: StreamKind = "live"
    from_ms: int | None = None
    disputed_only: bool = False

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """Options, and what is done with the outcome.

    `dry_run`: only report. `adjust`: enter the differences of compacted windows as adjustments. `why` goes on record.
    """

    options: ReplayOptions
    why: str
    adjust: bool = False
    dry_run: bool = False
