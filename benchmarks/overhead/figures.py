"""From the timings of all rounds to what is promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.overhead.rounds import CONTESTANTS, Round, What

LIMITS = {
    "unary_ratio_to_otel": 1 / 3,
    "stream_ratio_to_otel": 1 / 5,
    "broker_away_ratio": 1.5,
    "rss_growth_mb": 10.0,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the rounds, in microseconds."""

    rounds: list[Round]

    def whole(self, name: str, what: What) -> float:
        """A contestant's time."""
        return median(timings[name][what] for timings in self.rounds)

    def added(self, name: str, what: What) -> float:
        """What it adds to the time without tracking, each round compared with itself."""
        return median(timings[name][what] - timings["none"][what] for timings in self.rounds)

    def ratio(self, name: str, other: str, what: What) -> float:
        """How many times as much one adds as the other."""
        return self.added(name, what) / self.added(other, what)

    def medians(self) -> dict[str, dict[str, float]]:
        """All of it, by contestant."""
        return {name: self._medians_of(name) for name in CONTESTANTS}

    def promised(self) -> dict[str, float]:
        """The ratios."""
        return {
            "unary_ratio_to_otel": round(self.ratio("ours", "opentelemetry", "unary_us"), 3),
            "stream_ratio_to_otel": round(self.ratio("ours", "opentelemetry", "stream_us"), 3),
            "broker_away_ratio": round(self.ratio("ours_away", "ours", "unary_us"), 3),
        }

    def _medians_of(self, name: str) -> dict[str, float]:
        return {
            "unary_us": round(self.whole(name, "unary_us"), 1),
            "unary_added_us": round(self.added(name, "unary_us"), 1),
            "stream_us": round(self.whole(name, "stream_us"), 1),
            "stream_added_us": round(self.added(name, "stream_us"), 1),
        }


def growth_mb(resident_mb: list[float]) -> float:
    """Resident memory at the last call minus that at a tenth of the calls."""
    return round(resident_mb[-1] - resident_mb[0], 2)


def judge(promised: Mapping[str, Any]) -> dict[str, bool | None]:
    """Whether each limit holds; None where the figure was not measured."""
    return {name: None if promised[name] is None else promised[name] <= limit for name, limit in LIMITS.items()}
