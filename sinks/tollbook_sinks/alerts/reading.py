"""The facts of Postgres, in one snapshot."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from tollbook_schemas.ids import datetime_to_ms, ms_to_datetime
from tollbook_schemas.windows import NO_CLOCK
from tollbook_sinks.alerts.facts import (
    Facts,
    Lag,
    LeavingDay,
    Producer,
    SpoolFacts,
    UndecidedLetters,
    UnfinishedWindow,
    UsageGap,
)
from tollbook_sinks.alerts.thresholds import Thresholds
from tollbook_sinks.queries import load_queries
from tollbook_sinks.records import Feed

_SQL = load_queries("alerts.sql")
Ends = Mapping[Feed, int]


def read_facts(
    connection: Connection[Any], thresholds: Thresholds, ends: Ends | str, spool: SpoolFacts | None = None
) -> Facts:
    """`ends` are those of Kafka's logs, read just before, or why they are not known.

    The connection's transactions see one snapshot each, as those of `lifecycle.connect` do.
    """
    with connection.transaction():
        (now,) = connection.execute(_SQL["now"]).fetchone() or (datetime.now(UTC),)
        rows = _rows(connection, "partitions")
        clock = _slowest_clock(rows)
        since = {"since": now - thresholds.sliding}
        return Facts(
            now=now,
            usage_gaps=_all(connection, UsageGap, "missing_usage", width=thresholds.width, **since),
            undecided=_all(connection, UndecidedLetters, "dead_letters"),
            unsent_requeues=_one(connection, "unsent_requeues"),
            windows=_windows(connection),
            lags=tuple(_lags(rows, {} if isinstance(ends, str) else ends, now)),
            idle=_idle(connection, thresholds, min(now, clock)) if clock is not None else (),
            dropped_calls=_one(connection, "dropped_calls", **since),
            leaving=_all(connection, LeavingDay, "leaving_days"),
            oldest_kept_day=_one(connection, "oldest_kept_day"),
            clock=clock,
            kafka=ends if isinstance(ends, str) else None,
            spool=spool,
        )


def _windows(connection: Connection[Any]) -> tuple[UnfinishedWindow, ...]:
    rows = connection.execute(_SQL["unfinished_windows"]).fetchall()
    return tuple(UnfinishedWindow(*row) for row in rows)


def _idle(connection: Connection[Any], thresholds: Thresholds, clock: datetime) -> tuple[Producer, ...]:
    """By the ledger's clock: a sink that is behind makes nobody idle."""
    if not thresholds.idle:
        return ()
    since = clock - thresholds.idle
    last_ms = datetime_to_ms(since)
    last = ms_to_datetime(last_ms - last_ms % (thresholds.width // timedelta(milliseconds=1)))
    first = last - thresholds.idle_windows * thresholds.width
    asked = {"since": since, "first": first, "last": last, "windows": thresholds.idle_windows}
    return _all(connection, Producer, "idle_producers", **asked)


def _slowest_clock(rows: list[dict[str, Any]]) -> datetime | None:
    clocks = [row["source_clock_ms"] or NO_CLOCK for row in rows if row["kind"] == "live"]
    return ms_to_datetime(min(clocks)) if clocks and min(clocks) != NO_CLOCK else None


def _lags(rows: list[dict[str, Any]], ends: Ends, now: datetime) -> Iterator[Lag]:
    """Of every partition that is recorded or in Kafka. One that nobody has read yet is behind by all that it holds."""
    recorded = {(row["kind"], row["partition"]): row for row in rows}
    for kind, number in sorted({*recorded, *((feed.kind, feed.partition) for feed in ends)}):
        row = recorded.get((kind, number), {})
        source, changelog = (ends.get(Feed(side, kind, number)) for side in ("source", "changelog"))
        is_live = kind == "live"
        ledger_s, totals_s = (_age(row.get(f"{side}_clock_ms"), now) for side in ("source", "changelog"))
        through = row.get("through")
        yield Lag("ledger", kind, number, _behind(source, row.get("source_next")), ledger_s if is_live else None)
        yield Lag("totals", kind, number, _behind(changelog, row.get("changelog_next")), None)
        folded = None if through is None else through + 1
        yield Lag("processor", kind, number, _behind(source, folded), totals_s if is_live else None)


def _behind(end: int | None, following: int | None) -> int | None:
    return None if end is None else max(0, end - (following or 0))


def _age(clock_ms: int | None, now: datetime) -> float | None:
    """Of a live partition: ticks move its clock while nothing else does. None before its first record."""
    return max(0.0, (now - ms_to_datetime(clock_ms)).total_seconds()) if clock_ms else None


def _all(connection: Connection[Any], kind: type[Any], query: str, **parameters: object) -> tuple[Any, ...]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return tuple(cursor.execute(_SQL[query], parameters))


def _rows(connection: Connection[Any], query: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL[query]).fetchall()


def _one(connection: Connection[Any], query: str, **parameters: object) -> Any:
    row = connection.execute(_SQL[query], parameters).fetchone()
    return None if row is None else row[0]
