"""From a call's end until a project's bill includes it, through the whole pipe."""

import os
import time
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import psycopg
from psycopg import Connection

from benchmarks.bill.asking import QUERIES
from benchmarks.pipe.apps import running_apps
from benchmarks.pipe.latency import measure_latency, quantile
from benchmarks.pipe.watching import Seen
from tollbook_cli.environment import settings_environment
from tollbook_cli.stack import Stack
from tollbook_schemas import Settings

PROJECTS = tuple(f"proj_{number:08x}" for number in range(200))
"""Those of the apps (benchmarks/pipe/app.py); one after the other is asked for."""
APPS = 2
WAIT_SECONDS = 60.0


@dataclass(slots=True)
class Bills:
    """Asks for bills, and keeps what each counted and how far the totals behind it were."""

    projects: Any = field(default_factory=lambda: cycle(PROJECTS))
    asked: list[tuple[str, tuple[int, ...], int]] = field(default_factory=list)

    def look(self, connection: Connection[Any]) -> Seen | None:
        """One bill; None while the sink has not recorded its partitions."""
        project = next(self.projects)
        rows = connection.execute(QUERIES["bill_progress"], {"project": project}).fetchall()
        if not rows:
            return None
        _, following, through, ledger, counted = zip(*rows, strict=True)
        self.asked.append((project, through, counted[0]))
        return Seen(time.time(), sum(ledger), following, through)

    def check(self, connection: Connection[Any]) -> None:
        """Each bill counted all that the totals were said to be through with."""
        for project in PROJECTS:
            offsets: dict[int, list[int]] = {}
            for partition, offset in connection.execute(QUERIES["offsets_of_project"], {"project": project}):
                offsets.setdefault(partition, []).append(offset)
            for asked, through, counted in self.asked:
                if asked == project:
                    least = sum(bisect_right(found, through[partition]) for partition, found in offsets.items())
                    if counted < least:
                        raise SystemExit(f"a bill of {project} counted {counted} of at least {least} calls")


def call_to_bill(stack: Stack, settings: Settings, events_s: float, seconds: float) -> dict[str, float]:
    """Seconds, as quantiles over all calls of that time. Raises SystemExit if a bill lacks a call."""
    environment = {**os.environ, **settings_environment(settings)}
    dsn, bills = stack.addresses.postgres_owner, Bills()
    with (
        psycopg.connect(dsn, autocommit=True) as connection,
        running_apps(APPS, environment) as apps,
    ):
        deadline = time.monotonic() + WAIT_SECONDS
        while bills.look(connection) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        latency = measure_latency(apps, connection, dsn, events_s, seconds, ask=bills.look)
        made = apps.end()
        while (billed := connection.execute(QUERIES["billed"]).fetchone()) != (made,):
            if time.monotonic() > deadline + seconds + WAIT_SECONDS:
                raise SystemExit(f"{made} calls were made and all bills together count {billed}")
            time.sleep(0.5)
        bills.check(connection)
    return {
        "call_to_bill_p50_s": round(quantile(latency.rollup, 0.5), 3),
        "call_to_bill_p99_s": round(quantile(latency.rollup, 0.99), 3),
        "calls_timed": len(latency.rollup),
        "bills_asked": len(bills.asked),
        "load_events_s": round(events_s),
    }
