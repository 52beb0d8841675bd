"""A workspace's March for tests of exports: with and without prices and usage, final or with an open window."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection

from support.billing_events import usage_event
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, insert, write_usage

FIRST, NEXT = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 23, tzinfo=UTC)
"""Of the day after in Berlin."""
WINDOWS = {("live", NOON), ("live", EVENING)}
ACME: dict[str, Any] = {"workspace_id": "acme", "model": "m", "completion_tokens": 0}


def write_march(connection: Connection[Any], *, open_window: datetime | None = None) -> None:
    """Six calls of acme: one late, one taken back, one without usage; a search and all of `free` have no price."""
    prices = [
        Price("openai", "m", "input_text", Decimal("0.0025"), unit=1),
        Price("openai", "m", "input_text", Decimal("0.002"), unit=1, workspace_id="acme"),
        Price("openai", "m", "input_text", Decimal("0.001"), unit=1, workspace_id="other"),
    ]
    calls: list[dict[str, Any]] = [
        {"prompt_tokens": 3, "web_search_requests": 1},
        {"prompt_tokens": 5},
        {"prompt_tokens": 7},
        {"completion_tokens": None, "status": "timeout"},
        {"prompt_tokens": 11, "provider": "xai", "model": "free"},
    ]
    records = [Recorded(usage_event(NOON, number, **(ACME | call)), number) for number, call in enumerate(calls)]
    records[1] = Recorded(records[1].event, 1, "late")
    records[2] = Recorded(records[2].event, 2, "duplicate")
    records.append(Recorded(usage_event(EVENING, 5, prompt_tokens=13, **ACME), 5))
    records.append(Recorded(usage_event(NOON, 6, prompt_tokens=99, **(ACME | {"workspace_id": "other"})), 6))
    write_prices(connection, prices)
    write_usage(connection, records, compacted=WINDOWS - {("live", open_window)})
    read_log(connection, NEXT)


def read_log(connection: Connection[Any], until: datetime) -> None:
    """The sink has read its one live partition to that time."""
    mark = {"kind": "live", "partition": 0, "cluster_id": "c", "topic_id": "t", "first_offset": 0, "next_offset": 0}
    insert(connection, "llm_source_partitions", [mark | {"clock_ms": int(until.timestamp() * 1000)}])


def adjust_again(connection: Connection[Any], offset: int, reason: str = "late") -> None:
    """Another correction like the one for that reason, of the event at that offset."""
    connection.execute(
        """
        INSERT INTO llm_usage_adjustments
        SELECT (jsonb_populate_record(a, jsonb_build_object('source_offset', %s::bigint))).*
        FROM llm_usage_adjustments AS a WHERE a.reason = %s ORDER BY a.source_offset LIMIT 1
        """,
        [offset, reason],
    )


def compact(connection: Connection[Any]) -> None:
    """Every window that is still open becomes a compacted one with its proof."""
    connection.execute(
        """
        UPDATE llm_windows SET
            state = 'compacted', compacted_at = window_start + interval '2 hours',
            ledger_events = 3, rollup_events = 3, ledger_calls = 3, rollup_calls = 3,
            ledger_digest = '\\x01', rollup_digest = '\\x01'
        WHERE state = 'open'
        """
    )
    connection.execute(
        """
        WITH gone AS (DELETE FROM llm_usage_partials RETURNING *)
        INSERT INTO llm_usage_rollups
        SELECT (jsonb_populate_record(NULL::llm_usage_rollups, to_jsonb(g))).* FROM gone AS g
        """
    )
