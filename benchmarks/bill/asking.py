"""Asks a filled database, the totals and the ledger in turn, and times the answers."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib.resources import files
from statistics import median
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.rows import dict_row

from benchmarks.ledger.shape import Shape
from tollbook_schemas.usage import USAGE_FIELDS
from tollbook_sinks.queries import split_queries

SUMMED = (*USAGE_FIELDS, "latency_ms")
STATUSES = ("success", "missing_usage", "timeout", "error")
_AMOUNT = "sum({0}) AS {0}, sum(call_count) FILTER (WHERE {0} IS NOT NULL) AS {1}"
_CALLS = "sum(call_count) FILTER (WHERE status = {0}) AS {1}"
_SUMS = sql.SQL(", ").join(
    [
        *(sql.SQL(_AMOUNT).format(sql.Identifier(name), sql.Identifier(f"{name}_calls")) for name in SUMMED),
        *(sql.SQL(_CALLS).format(sql.Literal(name), sql.Identifier(f"calls_{name}")) for name in STATUSES),
    ]
)
QUERIES = {
    name: sql.SQL(query).format(sums=_SUMS)
    for name, query in split_queries(files("benchmarks.bill").joinpath("sql", "queries.sql").read_text())
}
TIMES = {"project_month": 20, "project_local_month": 20, "workspace_year": 10}
"""How often a round asks for each; for each of some sessions once; for the ledger once."""
Say = Callable[[str], None]


def measure(dsn: str, shape: Shape, rounds: int, say: Say) -> dict[str, Any]:
    """The figures, milliseconds as medians over all rounds. Raises SystemExit if the answers are not the same."""
    parameters = _parameters(shape)
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    with psycopg.connect(dsn, autocommit=True, row_factory=dict_row) as connection:
        _check(connection, parameters)
        sessions = _sessions(connection, shape)
        for number in range(1, rounds + 1):
            seconds["ledger_month"].append(_ask(connection, "ledger_month", parameters))
            month = [_ask(connection, "project_month", parameters) for _ in range(TIMES["project_month"])]
            seconds["project_month"] += month
            seconds["ratio"].append(seconds["ledger_month"][-1] / median(month))
            for name in ("project_local_month", "workspace_year"):
                seconds[name] += [_ask(connection, name, parameters) for _ in range(TIMES[name])]
            seconds["session"] += [_ask(connection, "session", {"session": name}) for name in sessions]
            seconds["project_month_first"].append(_ask_first(dsn, parameters))
            ledger = seconds["ledger_month"][-1]
            say(f"round {number}: ledger {ledger * 1000:,.0f} ms, bill {median(month) * 1000:.1f} ms")
        sizes = connection.execute(QUERIES["sizes"]).fetchone()
    ratio = median(seconds.pop("ratio"))
    figures = {f"{name}_ms": round(median(found) * 1000, 2) for name, found in seconds.items()}
    return {"ledger_ratio": round(ratio, 1), **figures, **(sizes or {})}


def _parameters(shape: Shape) -> dict[str, object]:
    ahead = timedelta(hours=2)  # a zone two hours east
    return {
        "project": shape.largest_project,
        "workspace": shape.largest_workspace,
        "start": shape.start,
        "end": shape.end,
        "local_start": shape.start - ahead,
        "local_end": shape.end - ahead,
        "year_start": shape.end.replace(year=shape.end.year - 1),
    }


def _ask(connection: Connection[Any], name: str, parameters: Mapping[str, object]) -> float:
    """Seconds until the whole answer is here. Never prepared: planning is part of it."""
    start = time.perf_counter()
    connection.execute(QUERIES[name], parameters, prepare=False).fetchall()
    return time.perf_counter() - start


def _ask_first(dsn: str, parameters: Mapping[str, object]) -> float:
    """The first question of a new connection, which no plan is kept for yet."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return _ask(connection, "project_month", parameters)


def _sessions(connection: Connection[Any], shape: Shape) -> list[str]:
    percent = min(100.0, 40_000 / (shape.daily * shape.days) * 100)
    return [row["session_id"] for row in connection.execute(QUERIES["some_sessions"], {"percent": percent})]


def _check(connection: Connection[Any], parameters: Mapping[str, object]) -> None:
    """Both ways to ask give the same figures, to the last one."""
    ours, ledger = (_sums(connection, name, parameters) for name in ("project_month", "ledger_month"))
    if ours != ledger or not ours:
        raise SystemExit(f"the totals say {ours}, the ledger {ledger}")


def _sums(connection: Connection[Any], name: str, parameters: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    found: defaultdict[str, defaultdict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(QUERIES[name], parameters):
        for column in (
            "events",
            *SUMMED,
            *(f"{name}_calls" for name in SUMMED),
            *(f"calls_{name}" for name in STATUSES),
        ):
            found[row["use_case"]][column] += row[column] or 0
    return {use_case: dict(sums) for use_case, sums in found.items()}
