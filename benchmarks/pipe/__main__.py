"""`make bench-pipe`."""

import json
import os
import time

import psycopg

from benchmarks.command import say, working_folder
from benchmarks.pipe.apps import Apps, running_apps
from benchmarks.pipe.latency import measure_latency, quantile
from benchmarks.pipe.options import Options, read_options
from benchmarks.pipe.sustained import sustained_rate
from benchmarks.pipe.watching import QUERIES, look
from tollbook_cli.environment import settings_environment
from tollbook_cli.stack import Stack
from tollbook_schemas import Settings

WANTED_SECONDS = 1.5
READY_SECONDS = 60.0
ARRIVAL_SECONDS = 60.0


def main() -> None:
    """Measure, and print the table and the JSON object."""
    options = read_options()
    with working_folder() as folder:
        say("starting Kafka, Postgres and the workers")
        with Stack(folder / "home", Settings()) as stack:
            settings = Settings(kafka=stack.addresses.kafka, home=stack.home.path)
            environment = {**os.environ, **settings_environment(settings)}
            with (
                psycopg.connect(stack.addresses.postgres_owner, autocommit=True) as connection,
                running_apps(options.apps, environment) as apps,
            ):
                result = _measure(apps, connection, stack.addresses.postgres_owner, options)
    for name in ("ledger", "rollup"):
        p50, p99 = result[f"{name}_p50_s"], result[f"{name}_p99_s"]
        print(f"{name:9} p50 {p50:>7.3f} s   p99 {p99:>7.3f} s   p99 below {WANTED_SECONDS} wanted")
    print(f"at        {result['load_events_s']:>7,} events/s; sustained {result['sustained_events_s'] or 0:,} events/s")
    print(json.dumps(result))


def _measure(apps: Apps, connection: psycopg.Connection, dsn: str, options: Options) -> dict[str, float]:
    _wait_for_the_sink(connection)
    sustained = 0.0 if options.events_s else sustained_rate(apps, connection, options.flat_seconds, say)
    load = options.events_s or sustained / 2
    say(f"latency at {load:,.0f}/s")
    latency = measure_latency(apps, connection, dsn, load, options.latency_seconds)
    _check(connection, apps.end())
    return {
        "sustained_events_s": round(sustained),
        "ledger_p50_s": round(quantile(latency.ledger, 0.5), 3),
        "ledger_p99_s": round(quantile(latency.ledger, 0.99), 3),
        "rollup_p50_s": round(quantile(latency.rollup, 0.5), 3),
        "rollup_p99_s": round(quantile(latency.rollup, 0.99), 3),
        "load_events_s": round(load),
        "calls_timed": len(latency.ledger),
    }


def _wait_for_the_sink(connection: psycopg.Connection) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while look(connection) is None:
        if time.monotonic() > deadline:
            raise SystemExit("the sink has not begun to read")
        time.sleep(0.1)


def _check(connection: psycopg.Connection, made: int) -> None:
    """Every call once, on both sides, when all is said and done."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while (found := connection.execute(QUERIES["counts"]).fetchone()) != (made, made, 0, 0):
        if time.monotonic() > deadline:
            raise SystemExit(f"{made} calls left {found} (ledger, folded, adjustments, dead letters)")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
