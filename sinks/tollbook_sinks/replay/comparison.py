"""Live totals against a replay's, key by key: what differs, and what would make up for it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import EVENTS, MEASURES, Measures, add, negate
from tollbook_sinks.lifecycle import Window, WindowState

MAX_DIFFERENCES = 100
"""As many are listed for a window; all are counted."""


class Pair(NamedTuple):
    """A rollup row of one window as the live totals have it and as the replay has it; zeros where one has none."""

    key_digest: bytes
    dimensions: Dimensions
    live: Measures
    replay: Measures

    @property
    def correction(self) -> Measures:
        """What has to be added to the live row to make it the replay's."""
        return add(self.replay, negate(self.live))


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one rollup row on which the two disagree."""

    dimensions: Dimensions
    measure: str
    live: int
    replay: int

    def as_json(self) -> dict[str, Any]:
        """Dimensions that are not null, the measure and both values."""
        dimensions = {name: value for name, value in self.dimensions._asdict().items() if value is not None}
        return {"dimensions": dimensions, "measure": self.measure, "live": self.live, "replay": self.replay}

    def __str__(self) -> str:
        named = ", ".join(f"{name}={value}" for name, value in self.as_json()["dimensions"].items())
        return f"{self.measure}: live {self.live}, replay {self.replay} ({named})"


def differences(pairs: Iterable[Pair]) -> list[Difference]:
    """Every measure of every row that differs, in the order of the rows."""
    return [
        Difference(pair.dimensions, name, live, replay)
        for pair in pairs
        for name, live, replay in zip(MEASURES, pair.live, pair.replay, strict=True)
        if live != replay
    ]


@dataclass(frozen=True, slots=True)
class WindowComparison:
    """One window and its rows that differ; `state` is the one in which it was compared.

    Rows of an open window that one side has folded further than both have are not compared: they are on the move.
    """

    window: Window
    state: WindowState
    pairs: tuple[Pair, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing that could be compared differs."""
        return not self.pairs

    @property
    def events(self) -> int:
        """How many records more the replay counted; fewer, if negative."""
        return sum(pair.correction[EVENTS] for pair in self.pairs)

    def as_json(self) -> dict[str, Any]:
        """The window, the count of differences and the first MAX_DIFFERENCES of them."""
        found = differences(self.pairs)
        return {
            "stream": self.window.stream,
            "window_start": self.window.start.isoformat().replace("+00:00", "Z"),
            "state": self.state,
            "events": self.events,
            "differences": {"count": len(found), "first": [entry.as_json() for entry in found[:MAX_DIFFERENCES]]},
        }
