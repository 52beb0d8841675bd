"""Usage of two workspaces that share windows, a project and a session; and of one of them alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import Connection, sql

from support.billing_events import usage_event
from support.billing_rows import Fate, Recorded, write_usage
from support.postgres import Database

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
FATES: tuple[Fate, ...] = ("on_time", "on_time", "late", "duplicate")
MINE, OTHERS = "w1", "w2"
CALL = {
    "p_scope": "'project'",
    "p_id": "'p1'",
    "p_project_id": "'p1'",
    "p_collection_id": "'c1'",
    "p_template_id": "'t1'",
    "p_session_id": "'both'",
    "p_operation_id": "'o-w2'",
    "p_workspace_id": "NULL",
    "p_from": "'2026-04-02Z'",
    "p_to": "'2026-04-04Z'",
    "p_at": "'2026-04-02 12:00Z'",
    "p_window": "llm_window_width()",
    "p_book": "'sell'",
    "p_currency": "'USD'",
    "p_by": "'{}'",
    "p_zone": "'UTC'",
    "p_where": "'{}'",
    "p_limit": "100",
    "p_after": "NULL",
    "p_prices": """'[{"provider": "openai", "model": "gpt-4.1-nano", "token_class": "input_text", "unit": 1,
        "price": 3}]'""",
}
"""An argument for every parameter of a question, by its name. A function with a new one gets its line here."""
ASKED: tuple[Mapping[str, str], ...] = (
    {},
    {"p_scope": "'workspace'", "p_id": "'w2'", "p_workspace_id": "'w2'", "p_session_id": "'w2'"},
    {"p_scope": "'session'", "p_id": "'both'", "p_book": "'cost'"},
    {"p_scope": "'all'", "p_id": "NULL", "p_by": "'{workspace}'"},
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rows in any order, or what Postgres says instead."""

    rows: tuple[str, ...]
    error: str = ""


def fill(database: Database, *workspaces: str) -> None:
    """Six hours of these workspaces' calls, the first three compacted, and what concerns them of the price list."""
    records = [record for number in range(48) for record in _calls(number) if record.event.workspace_id in workspaces]
    compacted = {("live", NOON + timedelta(hours=hour)) for hour in range(3)}
    with psycopg.connect(database.owner) as connection:
        write_usage(connection, records, compacted=compacted)
        _run(connection, "list_prices")
        for workspace in workspaces:
            _run(connection, "contracts", workspace=workspace)
        if OTHERS in workspaces:
            _run(connection, "costs")


def _calls(number: int) -> Iterator[Recorded]:
    for nth, workspace in enumerate((MINE, OTHERS)):
        names = {"session_id": "both" if number % 2 else workspace, "operation_id": f"o-{workspace}"}
        counts = {"prompt_tokens": 10 + nth, "completion_tokens": 1, "provider_cost_usd": Decimal(7 + nth)}
        at = NOON + timedelta(minutes=7 * number, seconds=nth)
        event = usage_event(at, number, workspace_id=workspace, collection_id="c1", template_id="t1", **names, **counts)
        yield Recorded(event, 2 * number + nth, FATES[number % len(FATES)])


def calls_for_tenants(connection: Connection[Any]) -> list[str]:
    """SELECTs that call every question (get_...) that tenants may ask. Raises KeyError for a new parameter."""
    functions = _run(connection, "functions").fetchall()
    return sorted({_call(name, names, {**CALL, **more}) for name, names in functions for more in ASKED})


def relations_for_tenants(connection: Connection[Any]) -> list[str]:
    """SELECTs of all that a tenant may read of each table and view."""
    return [query for (query,) in _run(connection, "relations")]


def ask(connection: Connection[Any], statement: str) -> Outcome:
    """What a statement answers."""
    try:
        return Outcome(tuple(sorted(map(str, connection.execute(statement.encode())))))
    except psycopg.Error as error:
        return Outcome((), str(error))


def _call(function: str, names: list[str], values: Mapping[str, str]) -> str:
    arguments = ", ".join(f"{name} => {values[name]}" for name in names)
    return f"SELECT * FROM {function}({arguments})"  # noqa: S608  # of the catalog and the test itself


def _run(connection: Connection[Any], name: str, **parameters: str) -> psycopg.Cursor[Any]:
    text = files("support").joinpath("tenancy_sql", f"{name}.sql").read_text(encoding="utf-8")
    values = {key: sql.Literal(value) for key, value in parameters.items()}
    return connection.execute(sql.SQL(text).format(**values))
