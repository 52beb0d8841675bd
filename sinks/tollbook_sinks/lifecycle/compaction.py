"""A closed window becomes final rows with a proof, or disputed with the differences, in one transaction."""

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection
from psycopg.types.json import Jsonb

from tollbook_schemas.windows import WindowRule
from tollbook_sinks.lifecycle.comparison import Comparison, compare_window
from tollbook_sinks.lifecycle.queries import QUERIES
from tollbook_sinks.lifecycle.windows import Window

_TOTALS = (
    "write_rollups",
    "clear_session_usage",
    "write_session_usage",
    "clear_operation_usage",
    "write_operation_usage",
)
_UNPROVEN = ("closed", "disputed")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a window became, and why."""

    window: Window
    state: Literal["compacted", "disputed"]
    comparison: Comparison


def compact_window(connection: Connection[Any], rule: WindowRule, window: Window) -> Verdict | None:
    """Compare a closed or disputed window and write down what it is; None if it is neither any more.

    The connection must begin its transactions as REPEATABLE READ (`session.connect` does), so that what is compared,
    written and deleted are the same rows. Comparing takes no lock. What a sink might wait for, the window's own row and
    its partials, is touched last and in the sink's order: the window first.

    Raises psycopg.errors.SerializationFailure if a sink rewrote a partial while we compared; nothing has happened then.
    """
    with connection.transaction():
        key = {"stream": window.stream, "start": window.start, "end": window.end(rule)}
        if _state(connection, "window_state", key) not in _UNPROVEN:
            return None
        comparison = compare_window(connection, rule, window)
        if comparison.is_equal:
            for name in _TOTALS:
                connection.execute(QUERIES[name], key)
        _state(connection, "lock_window", key)
        if comparison.is_equal:
            connection.execute(QUERIES["delete_partials"], key)
        verdict = Verdict(window, "compacted" if comparison.is_equal else "disputed", comparison)
        connection.execute(QUERIES["write_verdict"], key | _row(verdict))
    return verdict


def _state(connection: Connection[Any], query: str, key: dict[str, Any]) -> str | None:
    row = connection.execute(QUERIES[query], key).fetchone()
    return None if row is None else row[0]


def _row(verdict: Verdict) -> dict[str, Any]:
    comparison = verdict.comparison
    is_proven = verdict.state == "compacted"
    return {
        "state": verdict.state,
        "ledger_events": comparison.ledger.events,
        "rollup_events": comparison.rollup.events,
        "ledger_calls": comparison.ledger.calls,
        "rollup_calls": comparison.rollup.calls,
        "ledger_digest": comparison.ledger.digest,
        "rollup_digest": comparison.rollup.digest,
        "sums": Jsonb(comparison.sums_as_json()) if is_proven else None,
        "differences": None if is_proven else Jsonb(comparison.differences_as_json()),
    }
