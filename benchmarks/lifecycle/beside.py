"""The sink alone, and while a big window is compacted in the same database."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from psycopg.conninfo import make_conninfo

from benchmarks.ledger.filling import Say
from benchmarks.ledger.shape import Shape
from benchmarks.sink.contestants import sink_rate
from benchmarks.sink.databases import Database, new_database
from benchmarks.sink.filling import Filled
from tollbook_cli.stack import Stack
from tollbook_schemas import Settings, WindowRule
from tollbook_schemas.ids import datetime_to_ms
from tollbook_sinks.lifecycle import Window, compact_window, connect


def sink_beside_compaction(
    stack: Stack, template: str, shape: Shape, filled: Filled, *, rounds: int, say: Say
) -> dict[str, Any]:
    """The sink's events a second both ways, in turn; each round on two copies of the database `template`."""
    settings = Settings(kafka=stack.addresses.kafka)
    window = Window("live", datetime_to_ms(shape.start))
    found = []
    for number in range(1, rounds + 1):
        with new_database(stack, template) as database:
            alone = sink_rate(settings, database, filled)
        with new_database(stack, template) as database, ThreadPoolExecutor(1) as beside:
            compaction = beside.submit(_compact, _owner(stack, database), window)
            meanwhile = sink_rate(settings, database, filled)
            if compaction.done():
                compaction.result()
                raise SystemExit("the compaction ended before the sink did: use a bigger window or fewer events")
            seconds = compaction.result()
        say(f"round {number}: sink alone {alone:,.0f}/s, beside a compaction {meanwhile:,.0f}/s ({seconds:.0f} s)")
        found.append((meanwhile / alone, alone, meanwhile, seconds))
    ratios, alones, besides, times = zip(*found, strict=True)
    return {
        "sink_ratio_while_compacting": round(median(ratios), 3),
        "sink_events_s": round(median(alones)),
        "sink_events_s_while_compacting": round(median(besides)),
        "window_events": shape.daily,
        "window_s_beside_the_sink": round(median(times), 1),
    }


def _compact(dsn: str, window: Window) -> float:
    """Seconds until the window is compacted."""
    start = time.perf_counter()
    with connect(dsn, "bench-lifecycle") as connection:
        verdict = compact_window(connection, WindowRule(), window)
    if verdict is None or verdict.state != "compacted":
        raise SystemExit(f"{window} was not compacted: {verdict}")
    return time.perf_counter() - start


def _owner(stack: Stack, database: Database) -> str:
    return make_conninfo(stack.addresses.postgres_owner, dbname=database.name)
