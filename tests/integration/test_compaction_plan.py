"""Comparing a window must not cost more as the ledger grows: other days are pruned, the hour comes from an index."""

from typing import Any

import pytest
from psycopg import Connection, sql

from support.lifecycle_case import HOUR, LIVE, START, call, open_case
from support.postgres import Database
from tollbook_schemas import WindowRule
from tollbook_schemas.measures import ZERO
from tollbook_sinks.lifecycle import connect
from tollbook_sinks.lifecycle.queries import QUERIES


@pytest.mark.parametrize("query", ["compare_window", "write_session_usage", "write_operation_usage"])
def test_only_the_hour_of_the_one_day_is_read(database: Database, query: str) -> None:
    with open_case(database) as case, connect(database.owner, "test") as connection:
        for day in (-1, 0, 1):
            case.log.event(call(day * 24 * 60, f"day {day}"), START + 2 * 24 * HOUR, partition=0 if day == 0 else 1)
        case.log.sink()
        case.run("many_events")
        plan = explain(connection, query)
    scans = [line.strip(" ->") for line in plan.splitlines() if "llm_usage_events_" in line]
    assert scans, plan
    assert all("llm_usage_events_20260921" in scan for scan in scans), plan
    assert any("created_at_idx" in scan for scan in scans), plan
    assert not any(scan.startswith("Seq Scan") for scan in scans), plan


def explain(connection: Connection[Any], query: str) -> str:
    """The plan of one of the maintainer's statements for the window LIVE."""
    end = LIVE.end(WindowRule())
    parameters = {"stream": LIVE.stream, "start": LIVE.start, "end": end, "zero": list(ZERO), "limit": 1}
    rows = connection.execute(sql.SQL("EXPLAIN (COSTS OFF) ") + QUERIES[query], parameters)
    return "\n".join(str(line) for (line,) in rows)
