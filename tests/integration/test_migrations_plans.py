"""Query plans: a scope's rows come by its index, and only from the days that were asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from support.postgres import Database
from tollbook_schemas.ids import datetime_to_ms
from tollbook_sinks.queries import split_queries

FIRST = datetime(2026, 2, 1, tzinfo=UTC)
FILL = dict(split_queries(files("support").joinpath("sink_fill_ledger.sql").read_text(encoding="utf-8")))["fill"]


@pytest.fixture
def ledger(database: Database) -> Iterator[Connection[Any]]:
    """Three days of made-up calls."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        for day in range(4):
            connection.execute("SELECT ensure_ledger_day(%s)", [(FIRST + timedelta(days=day)).date()])
        connection.execute(FILL, {"first": FIRST})
        connection.execute("VACUUM ANALYZE llm_usage_events")
        yield connection


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The relation and the index of every scan in a plan; the index is empty for a scan of the table."""
    if "Index Name" in plan or "Relation Name" in plan:
        yield plan.get("Relation Name", ""), plan.get("Index Name", "")
    for inner in plan.get("Plans", ()):
        yield from scans(inner)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("session_id", "s7"),
        ("project_id", "p7"),
        ("workspace_id", "w7"),
        ("template_id", "t7"),
        ("collection_id", "c7"),
    ],
)
def test_a_scope_of_one_day_reads_one_index_of_one_day(ledger: Connection[Any], column: str, value: str) -> None:
    query = sql.SQL(
        "EXPLAIN (FORMAT JSON) SELECT * FROM llm_usage_events WHERE {} = %s AND created_at >= %s AND created_at < %s"
        " ORDER BY created_at DESC LIMIT 10"
    ).format(sql.Identifier(column))
    begin = FIRST + timedelta(days=1)
    row = ledger.execute(query, [value, begin, begin + timedelta(days=1)]).fetchone()
    assert row is not None
    found = {entry for entry in scans(row[0][0]["Plan"]) if any(entry)}
    assert {index for _, index in found if index} == {f"llm_usage_events_20260202_{column}_created_at_idx"}
    assert {relation for relation, _ in found if relation} == {"llm_usage_events_20260202"}


def test_looking_up_first_digests_reads_indexes_of_the_ids_day_alone(ledger: Connection[Any]) -> None:
    query = files("tollbook_sinks").joinpath("sql", "ledger.sql").read_text(encoding="utf-8")
    statement = dict(split_queries(query))["first_digests"]
    rows = ledger.execute("SELECT id, created_at FROM llm_usage_events ORDER BY id LIMIT 3").fetchall()
    explain = sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) ") + sql.SQL(statement)
    wanted = {"ids": [row[0] for row in rows], "times_ms": [datetime_to_ms(row[1]) for row in rows]}
    row = ledger.execute(explain, wanted).fetchone()
    assert row is not None
    executed = list(_executed_scans(row[0][0]["Plan"]))
    assert executed
    assert all(index and relation == "llm_usage_events_20260201" for relation, index in executed)


def _executed_scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "Relation Name" in plan and plan["Actual Loops"]:
        yield plan["Relation Name"], plan.get("Index Name", "")
    for inner in plan.get("Plans", ()):
        yield from _executed_scans(inner)


def test_what_questions_read_is_never_compiled(database: Database) -> None:
    """Every function whose plan is kept, and so as wide as a question: compiling it takes longer than reading."""
    with psycopg.connect(database.owner) as connection:
        compiled = (
            "SELECT proname FROM pg_proc WHERE 'plan_cache_mode=force_generic_plan' = ANY(proconfig)"
            " AND NOT 'jit=off' = ANY(proconfig)"
        )
        assert connection.execute(compiled).fetchall() == []
