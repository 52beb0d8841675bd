"""Looking at a day must not cost more as the ledger grows: its own partition is read, and no other."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection, sql

from support.lifecycle_case import HOUR, START, call, open_case
from support.postgres import Database
from support.retention_case import FIRST
from tollbook_sinks.lifecycle import connect
from tollbook_sinks.lifecycle.retention.facts import QUERIES, day_range


@pytest.mark.parametrize("query", ["day_windows", "record_expired_offsets"])
def test_only_the_one_day_is_read(database: Database, query: str) -> None:
    with open_case(database) as case, connect(database.owner, "test") as connection:
        for number in (-1, 0, 1):
            case.log.event(call(number * 24 * 60, f"day {number}"), START + 2 * 24 * HOUR, 0 if number == 0 else 1)
        case.log.sink()
        case.run("many_events")
        case.run("many_windows")
        plan = explain(connection, query)
    scans = [line.strip(" ->") for line in plan.splitlines() if " on llm_" in line]
    assert any("llm_usage_events_20260921" in scan for scan in scans), plan
    assert not any("llm_usage_events_20260920" in scan or "llm_usage_events_20260922" in scan for scan in scans), plan
    others = [scan for scan in scans if "llm_usage_events" not in scan]
    assert not any(scan.startswith("Seq Scan") for scan in others), plan


def explain(connection: Connection[Any], query: str) -> str:
    """The plan of a statement about FIRST."""
    parameters = day_range(FIRST) | {"width": timedelta(hours=1)}
    rows = connection.execute(sql.SQL("EXPLAIN (COSTS OFF) ") + QUERIES[query], parameters)
    return "\n".join(str(line) for (line,) in rows)
