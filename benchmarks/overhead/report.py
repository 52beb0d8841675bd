"""What a person reads: one table of times, one of promises."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.overhead.figures import LIMITS, judge
from benchmarks.overhead.options import MARKS

_NAMES = {
    "none": "no tracking",
    "ours": "Tollbook, broker there",
    "ours_away": "Tollbook, broker away",
    "opentelemetry": "OpenTelemetry",
    "openinference": "OpenInference",
    "langfuse": "Langfuse",
}
_VERDICTS = {True: "holds", False: "DOES NOT HOLD", None: "not measured"}


def table(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of both tables."""
    yield f"{'median µs':26}{'unary':>10}{'added':>10}{'stream':>12}{'added':>10}"
    for name, medians in result["medians"].items():
        yield (
            f"{_NAMES[name]:26}{medians['unary_us']:10,.1f}{medians['unary_added_us']:10,.1f}"
            f"{medians['stream_us']:12,.1f}{medians['stream_added_us']:10,.1f}"
        )
    yield ""
    for name, verdict in judge(result).items():
        figure = "-" if result[name] is None else f"{result[name]:.3f}"
        yield f"{name:26}{figure:>10}   at most {LIMITS[name]:.3f}: {_VERDICTS[verdict]}"
    for name, memory in result["memory"].items():
        calls = memory["calls"]
        yield f"{_NAMES[name]:26}{memory['growth_mb']:10.3f}   MB from call {calls // MARKS:,} to call {calls:,}"
    yield ""
