"""The rate that the pipe keeps up: the highest tried at which the lag stays flat."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import psycopg

from benchmarks.pipe.apps import Apps
from benchmarks.pipe.watching import look

FIRST_EVENTS_S = 2000.0
RISE = 1.5
STEP = 1.15
"""The rate is known well enough when one that is so much higher is not kept up."""
MOST_TRIES = 12
SETTLE_SECONDS = 4.0
LOOK_SECONDS = 0.2
GROWTH = 0.02
"""Part of the rate by which the lag may grow where it is called flat: what short waves leave."""
SHORTFALL = 0.02
EMPTY_SECONDS = 120.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Held:
    """What a while at one rate showed: calls made a second, how fast the lag grew, and its median, in events."""

    rate: float
    made_s: float
    growth_s: float
    lag: float

    @property
    def is_flat(self) -> bool:
        """Whether the rate was asked for, made, and came through."""
        return self.made_s >= (1 - SHORTFALL) * self.rate and self.growth_s <= GROWTH * self.rate

    @property
    def passed_s(self) -> float:
        """Events that came through, a second."""
        return self.made_s - max(self.growth_s, 0.0)


def sustained_rate(apps: Apps, connection: psycopg.Connection, seconds: float, say: Say) -> float:
    """Events a second. Raises SystemExit if no rate that was tried is kept up."""
    rate, best, failed = FIRST_EVENTS_S, 0.0, math.inf
    for _ in range(MOST_TRIES):
        held = _hold(apps, connection, rate, seconds)
        say(
            f"{rate:,.0f}/s asked, {held.made_s:,.0f}/s made, lag {held.lag:,.0f}, growing {held.growth_s:,.0f}/s"
            f"{': flat' if held.is_flat else ''}"
        )
        best, failed = (rate, failed) if held.is_flat else (best, rate)
        _drain(apps, connection)
        if best and failed <= best * STEP:
            break
        rate = _next_rate(best, failed, held)
    if not best:
        raise SystemExit("no rate was found that the pipe keeps up")
    return best


def _next_rate(best: float, failed: float, held: Held) -> float:
    """Up while all is flat, down to what came through when the first is not, then in between."""
    if failed == math.inf:
        return best * RISE
    if not best:
        return min(held.passed_s, failed / STEP)
    return math.sqrt(best * failed)


def _hold(apps: Apps, connection: psycopg.Connection, rate: float, seconds: float) -> Held:
    apps.set_rate(rate)
    time.sleep(SETTLE_SECONDS)
    begin, made = time.monotonic(), apps.made
    lags: list[float] = []
    while time.monotonic() - begin < seconds:
        seen = look(connection)
        assert seen
        lags.append(apps.made - seen.folded)
        time.sleep(LOOK_SECONDS)
    passed = time.monotonic() - begin
    third = len(lags) // 3
    growth = (median(lags[-third:]) - median(lags[:third])) / (passed * 2 / 3)
    return Held(rate, (apps.made - made) / passed, growth, median(lags))


def _drain(apps: Apps, connection: psycopg.Connection) -> None:
    """Wait until everything has come through, so that the next rate begins without a lag."""
    apps.set_rate(0)
    deadline = time.monotonic() + EMPTY_SECONDS
    while time.monotonic() < deadline:
        seen = look(connection)
        if seen and seen.folded == apps.made:
            return
        time.sleep(LOOK_SECONDS)
    raise SystemExit(f"{apps.made} calls were made and the pipe never came to them all")
