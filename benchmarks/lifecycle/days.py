"""Days compacted and dropped, each by a pass of the real maintainer."""

import time
from datetime import timedelta

import psycopg

from benchmarks.ledger.filling import CLOCK_AHEAD, Say, fill, write_marks
from benchmarks.ledger.shape import Shape
from tollbook_schemas import Settings
from tollbook_sinks.lifecycle import maintain_once

DROPPED = 5
"""So many days, the oldest, are dropped at once."""
MILLION = 1_000_000
SIZE = "SELECT pg_database_size(current_database())"


def compact_and_drop(dsn: str, shape: Shape, say: Say) -> dict[str, float]:
    """Seconds and bytes. Raises SystemExit unless every window is proven and the days are gone."""
    fill(dsn, shape, shape.start, say)
    with psycopg.connect(dsn, autocommit=True) as connection:
        write_marks(connection, shape)
    millions = shape.days * shape.daily / MILLION
    before = _size(dsn)
    say("compacting")
    start = time.perf_counter()
    report = maintain_once(dsn, Settings())
    compacting = time.perf_counter() - start
    if report.disputed or report.postponed or len(report.compacted) != shape.days * shape.hours:
        raise SystemExit(f"of {shape.days * shape.hours} windows {len(report.compacted)} were compacted")
    after = _size(dsn)
    dropped = min(DROPPED, shape.days - 1)
    say(f"dropping {dropped} days")
    keeps = CLOCK_AHEAD + timedelta(days=shape.days - dropped - 1)
    start = time.perf_counter()
    report = maintain_once(dsn, Settings(ledger_retention_days=keeps.days))
    dropping = time.perf_counter() - start
    if len(report.retention.dropped) != dropped:
        raise SystemExit(f"of {dropped} days {report.retention.as_json()} were dropped")
    freed = after - _size(dsn)
    return {
        "compaction_s_per_million": round(compacting / millions, 2),
        "drop_day_s": round(dropping / dropped, 3),
        "bytes_per_million_before": round(before / millions),
        "bytes_per_million_after": round(after / millions),
        "bytes_per_million_dropped": round(freed / (dropped * shape.daily / MILLION)),
        "days": shape.days,
        "events": shape.days * shape.daily,
    }


def _size(dsn: str) -> int:
    """Bytes on disk once dead rows have been cleaned up."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        row = connection.execute(SIZE).fetchone()
    assert row is not None
    return int(row[0])
