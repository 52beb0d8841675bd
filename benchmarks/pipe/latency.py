"""From a call's end to its row in the ledger and to its place in the rollups' answer."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from benchmarks.pipe.apps import Apps
from benchmarks.pipe.watching import QUERIES, Ask, Timeline, look, watching

SETTLE_SECONDS = 5.0
LOOK_SECONDS = 0.02
AFTER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of each call, sorted."""

    ledger: Sequence[float]
    rollup: Sequence[float]


def measure_latency(
    apps: Apps, connection: psycopg.Connection, dsn: str, rate: float, seconds: float, *, ask: Ask = look
) -> Latency:
    """Of all calls that end in that time. Raises SystemExit if one of them does not come within some seconds."""
    apps.set_rate(rate)
    time.sleep(SETTLE_SECONDS)
    with watching(dsn, LOOK_SECONDS, ask) as timeline:
        begin = time.time()
        time.sleep(seconds)
        end = time.time()
        apps.set_rate(0)
        time.sleep(AFTER_SECONDS)
    rows = connection.execute(QUERIES["calls"], {"begin": begin, "end": end}).fetchall()
    return _latency(rows, timeline)


def quantile(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least that part of all values does not exceed."""
    return ordered[math.ceil(part * len(ordered)) - 1]


def _latency(rows: Sequence[tuple[int, int, float]], timeline: Timeline) -> Latency:
    ledger, rollup = [], []
    for partition, offset, ended in rows:
        appeared = timeline.appeared(partition, offset)
        if appeared is None:
            raise SystemExit(
                f"the call at {partition}/{offset} is not in the rollups {AFTER_SECONDS:g} s after the end"
            )
        ledger.append(appeared[0] - ended)
        rollup.append(appeared[1] - ended)
    return Latency(sorted(ledger), sorted(rollup))
