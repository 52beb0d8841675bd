"""What a replay found and did."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.lifecycle import Window, WindowState
from tollbook_sinks.replay.comparison import WindowComparison

Status = Literal["compared", "replaced", "repaired", "nothing_to_do"]


@dataclass(slots=True)
class ReplayReport:
    """`compared`: only reported; `replaced`: the generation is live; `repaired`: disputed windows have its totals.

    `records` source records were folded, gaps of the log included. `left_out`: windows that the replay cannot be whole
    for, with their states, because they start before `floor_ms`. `replaced` windows have the replay's totals now.
    """

    kind: StreamKind
    generation: int
    status: Status = "compared"
    records: int = 0
    seconds: float = 0.0
    floor_ms: int = 0
    compared: list[WindowComparison] = field(default_factory=list)
    left_out: dict[Window, WindowState] = field(default_factory=dict)
    replaced: list[Window] = field(default_factory=list)
    adjustments: int = 0

    @property
    def differing(self) -> list[WindowComparison]:
        """The windows that differ."""
        return [one for one in self.compared if not one.is_equal]

    def as_json(self) -> dict[str, Any]:
        """The shape that `tollbook replay --json` prints."""
        return {
            "status": self.status,
            "kind": self.kind,
            "generation": self.generation,
            "records": self.records,
            "seconds": round(self.seconds, 1),
            "compared": len(self.compared),
            "equal": len(self.compared) - len(self.differing),
            "differing": [one.as_json() for one in self.differing],
            "replaced": len(self.replaced),
            "adjustments": self.adjustments,
            "left_out_before": _time(self.floor_ms) if self.floor_ms else None,
            "left_out": [
                {"stream": window.stream, "window_start": _time(window.start_ms), "state": state}
                for window, state in self.left_out.items()
            ],
        }


def _time(time_ms: int) -> str:
    return ms_to_datetime(time_ms).isoformat().replace("+00:00", "Z")
