"""What one pass of the maintainer did."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tollbook_sinks.lifecycle.compaction import Verdict
from tollbook_sinks.lifecycle.lock import Holder
from tollbook_sinks.lifecycle.retention.report import RetentionReport
from tollbook_sinks.lifecycle.windows import Window


@dataclass(frozen=True, slots=True)
class MaintainReport:
    """One pass, in order. Where `held_by` is set, another maintainer was at work and this one did nothing.

    `days_made` are new partitions of the ledger. `postponed` are windows that a sink wrote to at that very moment: the
    next pass takes them up. `retention` is about days that have served their time.
    """

    held_by: Holder | None = None
    days_made: tuple[date, ...] = ()
    closed: tuple[Window, ...] = ()
    compacted: tuple[Verdict, ...] = ()
    disputed: tuple[Verdict, ...] = ()
    postponed: tuple[Window, ...] = ()
    retention: RetentionReport = field(default_factory=RetentionReport)

    @property
    def did_something(self) -> bool:
        """Whether anything changed, or could not."""
        windows = (self.closed, self.compacted, self.disputed, self.postponed)
        return any((self.days_made, *windows, self.retention.did_something))

    def as_json(self) -> dict[str, Any]:
        """The shape that `tollbook maintain --once --json` prints."""
        return {
            "held_by": None if self.held_by is None else str(self.held_by),
            "days_made": [day.isoformat() for day in self.days_made],
            "closed": [_window(window) for window in self.closed],
            "compacted": [_window(entry.window) | _counts(entry) for entry in self.compacted],
            "disputed": [
                _window(entry.window) | _counts(entry) | {"differences": entry.comparison.differences_as_json()}
                for entry in self.disputed
            ],
            "postponed": [_window(window) for window in self.postponed],
            "retention": self.retention.as_json(),
        }


def _window(window: Window) -> dict[str, Any]:
    return {"stream": window.stream, "window_start": window.start.isoformat().replace("+00:00", "Z")}


def _counts(verdict: Verdict) -> dict[str, Any]:
    return {"events": verdict.comparison.ledger.events, "calls": verdict.comparison.ledger.calls}
