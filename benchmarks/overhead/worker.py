"""One contestant in a process of its own: times its calls, or watches its memory. Prints one JSON object."""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from statistics import median
from typing import Any

import psutil
from openai import OpenAI

from benchmarks.overhead.contestants import Contestant
from benchmarks.overhead.options import MARKS
from benchmarks.overhead.provider import ask, post, stream


def time_calls(contestant: Contestant, calls: int, streams: int) -> dict[str, Any]:
    """Medians in microseconds; how many calls were made, warm-up included, and how many left their event."""
    return {
        "unary_us": _median_us(ask, contestant.client, calls),
        "stream_us": _median_us(stream, contestant.client, streams),
        "calls": calls + streams + _warm_up(calls) + _warm_up(streams),
        "reported": contestant.finish(),
    }


def watch_memory(contestant: Contestant, calls: int) -> dict[str, Any]:
    """Resident memory in MB (10^6 bytes) after each tenth of the calls."""
    process = psutil.Process()
    resident = []
    for _ in range(MARKS):
        for _ in range(calls // MARKS):
            post(contestant.client)
        resident.append(process.memory_info().rss / 1e6)
    return {"resident_mb": resident, "calls": calls, "reported": contestant.finish()}


def _median_us(call: Callable[[OpenAI], None], client: OpenAI, count: int) -> float:
    for _ in range(_warm_up(count)):
        call(client)
    times = []
    for _ in range(count):
        start = time.perf_counter_ns()
        call(client)
        times.append(time.perf_counter_ns() - start)
    return median(times) / 1000


def _warm_up(count: int) -> int:
    return max(1, count // 10)


_MEASURES: dict[str, Callable[..., dict[str, Any]]] = {"time": time_calls, "memory": watch_memory}


def main() -> None:
    """Arguments: the contestant's module; then `time`, calls and streams, or `memory` and calls."""
    module, what, *counts = sys.argv[1:]
    contestant = import_module(f"benchmarks.overhead.contestants.{module}").start()
    print(json.dumps(_MEASURES[what](contestant, *map(int, counts))), flush=True)


if __name__ == "__main__":
    main()
