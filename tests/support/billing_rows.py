"""Writes usage into Postgres as the sink and the maintainer leave it: ledger, totals, corrections, windows, marks."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
import psycopg
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from tollbook_schemas import MEASURES, Dimensions, Measures, UsageEvent, WindowRule, dimensions_of, measures_of
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.measures import ZERO, add, negate

Fate = Literal["on_time", "late", "duplicate", "conflict"]
Window = tuple[str, datetime]
"""Stream and start."""


@dataclass(frozen=True)
class Recorded:
    """An event as the log holds it, and what the sink made of it. Duplicates and conflicts are on-time ones here."""

    event: UsageEvent
    offset: int
    fate: Fate = "on_time"
    stream: str = "live"
    partition: int = 0

    @property
    def is_net(self) -> bool:
        """Whether it counts in the end."""
        return self.fate in ("on_time", "late")

    def window(self, rule: WindowRule) -> Window:
        """The window that it belongs to."""
        return self.stream, ms_to_datetime(rule.start(self.event.created_ms))


def write_usage(
    connection: Connection[Any],
    records: Iterable[Recorded],
    *,
    compacted: Collection[Window] = (),
    through: int = 10**9,
    rule: WindowRule = WindowRule(),  # noqa: B008  # frozen
) -> None:
    """Everything that these records leave behind; `through` is the last offset in every total and mark."""
    records = list(records)
    _write_marks(connection, records, through)
    windows = {record.window(rule) for record in records}
    insert(connection, "llm_windows", [window_row(window, window in compacted) for window in sorted(windows)])
    ledger = [ledger_row(record) for record in records if record.is_net]
    for day in {row["created_at"].date() for row in ledger}:
        connection.execute("SELECT ensure_ledger_day(%s)", [day])
    insert(connection, "llm_usage_events", ledger)
    _write_totals(connection, records, compacted, rule, through)
    insert(
        connection,
        "llm_usage_adjustments",
        [_adjustment(record, rule) for record in records if record.fate != "on_time"],
    )


def insert(connection: Connection[Any], table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given by column name, all of them or none."""
    alike: defaultdict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(list(row.values()))
    with connection.transaction(), connection.cursor() as cursor:
        for names, values in alike.items():
            columns = sql.SQL(", ").join(map(sql.Identifier, names))
            places = sql.SQL(", ").join(sql.Placeholder() * len(names))
            statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
            cursor.executemany(statement.format(sql.Identifier(table), columns, places), values)


def ledger_row(record: Recorded) -> dict[str, Any]:
    """A ledger row by column name."""
    event = record.event
    row = event.model_dump()
    row |= {name: None if row[name] is None else Jsonb(row[name]) for name in ("tags", "raw_usage")}
    return row | {
        "flags": list(event.flags),
        "prompt_band": dimensions_of(event).prompt_band,
        "dimensions_digest": digest(dimensions_of(event)),
        "stream": record.stream,
        "on_time": record.fate == "on_time",
        "source_partition": record.partition,
        "source_offset": record.offset,
        "content_digest": b"",
    }


def window_row(window: Window, compacted: bool) -> dict[str, Any]:
    """A window as open, or as compacted with a proof that holds."""
    row: dict[str, Any] = {"stream": window[0], "window_start": window[1], "state": "open"}
    if not compacted:
        return row
    counts = dict.fromkeys(("ledger_events", "rollup_events", "ledger_calls", "rollup_calls"), 3)
    digests = {"ledger_digest": b"\x01" * 32, "rollup_digest": b"\x01" * 32}
    return row | counts | digests | {"state": "compacted", "compacted_at": window[1] + timedelta(hours=2)}


def digest(dimensions: Dimensions) -> bytes:
    """The digest of a rollup's dimensions."""
    return hashlib.sha256(orjson.dumps(list(dimensions))).digest()


def _write_marks(connection: Connection[Any], records: list[Recorded], through: int) -> None:
    for kind, partition in sorted({(_kind(record), record.partition) for record in records}):
        mark = {"kind": kind, "partition": partition, "cluster_id": "c", "topic_id": "t", "next_offset": 0}
        insert(connection, "llm_changelog_partitions", [mark | {"through": through}])


def _write_totals(
    connection: Connection[Any], records: list[Recorded], compacted: Collection[Window], rule: WindowRule, through: int
) -> None:
    partials: defaultdict[tuple[Window, Dimensions, int], Measures] = defaultdict(lambda: ZERO)
    finals: defaultdict[tuple[Window, Dimensions], Measures] = defaultdict(lambda: ZERO)
    sessions: defaultdict[tuple[Window, Dimensions, str], Measures] = defaultdict(lambda: ZERO)
    operations: defaultdict[tuple[Window, Dimensions, str], Measures] = defaultdict(lambda: ZERO)
    for record in records:
        if record.fate == "late":
            continue
        window, dimensions, measures = record.window(rule), dimensions_of(record.event), measures_of(record.event)
        if window not in compacted:
            partial = window, dimensions, record.partition
            partials[partial] = add(partials[partial], measures)
            continue
        finals[window, dimensions] = add(finals[window, dimensions], measures)
        if record.fate == "on_time" and record.event.session_id:
            session = window, dimensions, record.event.session_id
            sessions[session] = add(sessions[session], measures)
        if record.fate == "on_time" and record.event.operation_id:
            operation = window, dimensions, record.event.operation_id
            operations[operation] = add(operations[operation], measures)
    rows = [_total(*key[:2], measures) | _stated(key[2], through) for key, measures in partials.items()]
    insert(connection, "llm_usage_partials", rows)
    insert(connection, "llm_usage_rollups", [_total(*key, measures) for key, measures in finals.items()])
    insert(connection, "llm_session_usage", [_owned("session_id", *item) for item in sessions.items()])
    insert(connection, "llm_operation_usage", [_owned("operation_id", *item) for item in operations.items()])


def _total(window: Window, dimensions: Dimensions, measures: Measures) -> dict[str, Any]:
    row = {"stream": window[0], "window_start": window[1], "key_digest": digest(dimensions)}
    return row | dimensions._asdict() | dict(zip(MEASURES, measures, strict=True))


def _stated(partition: int, through: int) -> dict[str, Any]:
    return {"source_partition": partition, "applied": through}


def _owned(column: str, key: tuple[Window, Dimensions, str], measures: Measures) -> dict[str, Any]:
    return _total(*key[:2], measures) | {column: key[2]}


def _adjustment(record: Recorded, rule: WindowRule) -> dict[str, Any]:
    measures = measures_of(record.event)
    signed = measures if record.fate == "late" else negate(measures)
    return _total(record.window(rule), dimensions_of(record.event), signed) | {
        "kind": _kind(record),
        "source_partition": record.partition,
        "source_offset": record.offset,
        "reason": record.fate,
        "event_id": record.event.id,
        "session_id": record.event.session_id,
        "operation_id": record.event.operation_id,
        "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
    }


def _kind(record: Recorded) -> str:
    return "live" if record.stream == "live" else "import"


def connect(dsn: str) -> psycopg.Connection[Any]:
    """A connection whose every statement is a transaction of its own."""
    return psycopg.connect(dsn, autocommit=True)
