"""`make bench-growth`: what the processor costs as open keys grow."""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from confluent_kafka.admin import AdminClient

from benchmarks.command import new_parser, say
from benchmarks.overhead.broker import running_broker
from benchmarks.processor.filling import fill, keys_in_turn
from benchmarks.processor.progress import LONGEST_SECONDS, Marks, ends_of, rate
from benchmarks.processor.racing import started
from tollbook_cli.environment import settings_environment
from tollbook_schemas import Settings

KEYS = (1_000, 10_000, 100_000, 200_000)
COMMAND = [sys.executable, "-m", "tollbook_cli", "processor"]
LATER = 400
"""Events that come while no worker is there."""
LOOK_SECONDS = 0.01
MEGABYTE = 1024 * 1024

DESCRIPTION = """\
Measures the real `tollbook processor` at 1,000, 10,000, 100,000 and 200,000 open keys: events a second; seconds from
the start of a process that follows one killed with -9 until it has folded, durably, what came in between; resident
memory when all is folded, and what a key takes of it. Starts its own Kafka on loopback. The last line of the output is
one JSON object."""


def main() -> None:
    """Measure, and print the table and the JSON object."""
    parser = new_parser("bench-growth", DESCRIPTION, "up to 10,000 keys only")
    steps = KEYS[:2] if parser.parse_args().quick else KEYS
    logging.disable(logging.INFO)
    with running_broker() as kafka:
        found = {keys: _measured(kafka, keys) for keys in steps}
    least, most = min(found), max(found)
    grown = (found[most]["memory_mb"] - found[least]["memory_mb"]) * MEGABYTE / (most - least)
    result = {f"keys_{keys}": figures for keys, figures in found.items()}
    print(json.dumps({**result, "bytes_a_key": round(grown)}))


def _measured(kafka: str, keys: int) -> dict[str, float]:
    """events_s, restart_s and memory_mb; all keys are open from the log's first part on."""
    settings = Settings(kafka=kafka, topic_prefix=f"keys-{keys}.", tick_idle_seconds=3600)
    say(f"{keys} keys: writing events")
    log = fill(settings, max(100_000, keys * 3 // 2), keys_in_turn(keys), keyed=False)
    marks = Marks(kafka, settings.topics.rollups)
    admin = AdminClient({"bootstrap.servers": kafka})

    def ends() -> dict[int, int]:
        return dict(ends_of(admin, settings.topics.rollups, settings.partitions))

    with TemporaryDirectory(prefix="tollbook-bench-") as home:
        variables = settings_environment(settings.model_copy(update={"home": Path(home)}))
        with started(COMMAND, variables) as (process, check):
            events_s = rate(ends, marks.folded, log.events, check)
            memory_mb = psutil.Process(process.pid).memory_info().rss / MEGABYTE
            process.kill()
            process.wait()
        fill(settings, LATER, keys_in_turn(keys), keyed=False)
        restart_s = _restart(variables, lambda: marks.folded(ends()) >= log.events + LATER)
    print(
        f"{keys:>8,} keys {events_s:>10,.0f} events/s; folding {restart_s:.1f} s after a restart; {memory_mb:,.0f} MB",
        flush=True,
    )
    return {"events_s": round(events_s), "restart_s": round(restart_s, 2), "memory_mb": round(memory_mb)}


def _restart(variables: Mapping[str, str], is_done: Callable[[], bool]) -> float:
    begin = time.perf_counter()
    with started(COMMAND, variables) as (_, check):
        while not is_done():
            check()
            if time.perf_counter() - begin > LONGEST_SECONDS:
                raise SystemExit("a restarted worker did not fold what was left")
            time.sleep(LOOK_SECONDS)
        return time.perf_counter() - begin


if __name__ == "__main__":
    main()
