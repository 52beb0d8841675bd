"""Every compacted or expired window still adds up to its proof; other rows belong to windows that may have them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, get_args

from psycopg import Connection
from psycopg.rows import dict_row

from tollbook_schemas.ids import datetime_to_ms
from tollbook_schemas.measures import to_sparse
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.audit.offsets import MAX_PLACES
from tollbook_sinks.audit.queries import QUERIES
from tollbook_sinks.audit.report import Check, Finding, WindowPlace
from tollbook_sinks.lifecycle.comparison import Comparison, compare_window
from tollbook_sinks.lifecycle.states import WindowState
from tollbook_sinks.lifecycle.windows import Window

_TOTALS: tuple[tuple[Check, str, str], ...] = (
    ("session_totals", "wrong_session_totals", "session"),
    ("operation_totals", "wrong_operation_totals", "operation"),
)


@dataclass(slots=True)
class WindowsAudit:
    """Windows by state, what the compacted ones hold, and what does not."""

    states: dict[str, int] = field(default_factory=dict)
    proven_events: int = 0
    proven_calls: int = 0
    findings: list[Finding] = field(default_factory=list)


def audit_windows(connection: Connection[Any], rule: WindowRule) -> WindowsAudit:
    """Prove every compacted window again. Reads in the caller's transaction."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["windows"]).fetchall()
    counts = Counter(row["state"] for row in rows)
    audit = WindowsAudit({state: counts[state] for state in get_args(WindowState)})
    for row in rows:
        window = Window(row["stream"], datetime_to_ms(row["window_start"]))
        if row["state"] == "disputed":
            audit.findings.append(_disputed(window, row))
        elif row["state"] == "compacted":
            _audit_compacted(connection, rule, window, row, audit)
        elif row["state"] == "expired":
            _audit_expired(connection, rule, window, row, audit)
    audit.findings += _strays(connection, rule)
    return audit


def _audit_compacted(
    connection: Connection[Any], rule: WindowRule, window: Window, row: dict[str, Any], audit: WindowsAudit
) -> None:
    comparison = compare_window(connection, rule, window)
    findings = [*_proof(window, row, comparison), *_totals(connection, rule, window)]
    audit.findings += findings
    if not findings:
        audit.proven_events += comparison.ledger.events
        audit.proven_calls += comparison.ledger.calls


def _audit_expired(
    connection: Connection[Any], rule: WindowRule, window: Window, row: dict[str, Any], audit: WindowsAudit
) -> None:
    """The rows may be gone: the totals that stay must still be what was proven when they were there."""
    rollup = compare_window(connection, rule, window).rollup
    now = {
        "rollup_events": rollup.events,
        "rollup_calls": rollup.calls,
        "rollup_digest": rollup.digest,
        "sums": to_sparse(rollup.sums),
    }
    findings = list(_changes(window, row, now))
    audit.findings += findings
    if not findings:
        audit.proven_events += rollup.events
        audit.proven_calls += rollup.calls


def _proof(window: Window, row: dict[str, Any], comparison: Comparison) -> Iterator[Finding]:
    place = WindowPlace(window)
    if not comparison.is_equal:
        more = f"{comparison.difference_count} measures of ledger and rollups differ"
        yield Finding("window", place, "; ".join([more, *map(str, comparison.differences[:1])]))
    yield from _changes(window, row, _proven(comparison))


def _changes(window: Window, row: dict[str, Any], now: dict[str, Any]) -> Iterator[Finding]:
    changed = [name for name, value in now.items() if row[name] != value]
    if changed:
        detail = f"the stored proof is not what the rows give now: {', '.join(changed)} changed"
        yield Finding("proof", WindowPlace(window), detail)


def _proven(comparison: Comparison) -> dict[str, Any]:
    """The columns of a proof, made again."""
    return {
        "ledger_events": comparison.ledger.events,
        "rollup_events": comparison.rollup.events,
        "ledger_calls": comparison.ledger.calls,
        "rollup_calls": comparison.rollup.calls,
        "ledger_digest": comparison.ledger.digest,
        "rollup_digest": comparison.rollup.digest,
        "sums": comparison.sums_as_json(),
    }


def _totals(connection: Connection[Any], rule: WindowRule, window: Window) -> Iterator[Finding]:
    parameters = {"stream": window.stream, "start": window.start, "end": window.end(rule)}
    for check, query, name in _TOTALS:
        found = connection.execute(QUERIES[query], parameters).fetchone()
        if found and found[1]:
            detail = f"{found[1]} {name} totals differ from the ledger, the first is of {name} {found[0]}"
            yield Finding(check, WindowPlace(window), detail)


def _disputed(window: Window, row: dict[str, Any]) -> Finding:
    differences = row["differences"] or {"count": 0, "first": []}
    detail = f"{differences['count']} measures of ledger and rollups differ"
    for entry in differences["first"][:1]:
        detail += f"; {entry['measure']}: ledger {entry['ledger']}, rollups {entry['rollup']}"
    return Finding("disputed", WindowPlace(window), detail)


def _strays(connection: Connection[Any], rule: WindowRule) -> Iterator[Finding]:
    parameters = {"width": timedelta(milliseconds=rule.width_ms), "limit": MAX_PLACES}
    for stream, start, table, state in connection.execute(QUERIES["rows_of_wrong_windows"], parameters):
        detail = f"{table} has rows of a window that is {state or 'not recorded in llm_windows'}"
        yield Finding("stray", WindowPlace(Window(stream, datetime_to_ms(start))), detail)
