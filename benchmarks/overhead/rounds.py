"""All contestants in turn, round after round, so that whatever else the machine does hits all of them."""

from collections.abc import Callable
from typing import Literal

from benchmarks.overhead.options import Options
from benchmarks.overhead.processes import MODULES, Places, run_contestant
from benchmarks.overhead.sink import Sink

CONTESTANTS = tuple(MODULES)
RIVALS = CONTESTANTS[3:]
UNREPORTED = ("none", "ours_away")
LEAST_REPORTED = 0.9
"""A contestant that reports fewer of its calls is not doing the work that it is timed for."""


What = Literal["unary_us", "stream_us"]
Timing = dict[What, float]
"""Of one contestant in one round: medians in microseconds."""
Round = dict[str, Timing]


def run_rounds(options: Options, places: Places, sink: Sink, say: Callable[[str], None]) -> list[Round]:
    """The timings of every round. Raises SystemExit where a contestant did not track its calls."""
    rounds = []
    for number in range(1, options.rounds + 1):
        timings: Round = {}
        for name in CONTESTANTS:
            timings[name] = timing = _run(name, options, places, sink)
            shown = f"{timing['unary_us']:.1f} µs, stream {timing['stream_us']:.0f} µs"
            say(f"round {number}/{options.rounds} {name}: {shown}")
        rounds.append(timings)
    return rounds


def _run(name: str, options: Options, places: Places, sink: Sink) -> Timing:
    sink.take_count()
    figures = run_contestant(places, name, "time", options.calls, options.streams)
    reported = sink.take_count() if name in RIVALS else figures["reported"]
    if name not in UNREPORTED and reported < LEAST_REPORTED * figures["calls"]:
        raise SystemExit(f"{name} reported only {reported} of {figures['calls']} calls: it is not set up right")
    return {"unary_us": figures["unary_us"], "stream_us": figures["stream_us"]}
