"""A closed window becomes final rows with a proof, or disputed with the differences, in one transaction."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

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


class WindowTables(Protocol):
    """A window's rows, inside one transaction that sees them as they were at its begin."""

    def state(self, window: Window) -> str | None:
        """The window's state, None if it is unknown."""

    def compare(self, window: Window) -> Comparison:
        """Both sides of the window."""

    def write_totals(self, window: Window) -> None:
        """Final rows from the partials; session and operation totals from the ledger."""

    def lock(self, window: Window) -> None:
        """Wait for a sink that is writing the window, and keep the next one from starting until the end."""

    def delete_partials(self, window: Window) -> None:
        """Delete the window's partials."""

    def write_verdict(self, verdict: Verdict) -> None:
        """Write what the window became."""


def compact_window(connection: Connection[Any], rule: WindowRule, window: Window) -> Verdict | None:
    """Compare a closed or disputed window and write down what it is; None if it is neither any more.

    The connection must begin its transactions as REPEATABLE READ (`session.connect` does), so that what is compared,
    written and deleted are the same rows.

    Raises psycopg.errors.SerializationFailure if a sink rewrote a partial while we compared; nothing has happened then.
    """
    with connection.transaction():
        return prove(_PostgresWindows(connection, rule), window)


def prove(tables: WindowTables, window: Window) -> Verdict | None:
    """See compact_window; in the caller's transaction.

    Comparing takes no lock. What a sink might wait for, the window's own row and its partials, is touched last and in
    the sink's order: the window first.
    """
    if tables.state(window) not in _UNPROVEN:
        return None
    comparison = tables.compare(window)
    if comparison.is_equal:
        tables.write_totals(window)
    tables.lock(window)
    if comparison.is_equal:
        tables.delete_partials(window)
    verdict = Verdict(window, "compacted" if comparison.is_equal else "disputed", comparison)
    tables.write_verdict(verdict)
    return verdict


class _PostgresWindows:
    def __init__(self, connection: Connection[Any], rule: WindowRule) -> None:
        self._connection = connection
        self._rule = rule

    def state(self, window: Window) -> str | None:
        row = self._connection.execute(QUERIES["window_state"], self._key(window)).fetchone()
        return None if row is None else row[0]

    def compare(self, window: Window) -> Comparison:
        return compare_window(self._connection, self._rule, window)

    def write_totals(self, window: Window) -> None:
        for name in _TOTALS:
            self._connection.execute(QUERIES[name], self._key(window))

    def lock(self, window: Window) -> None:
        self._connection.execute(QUERIES["lock_window"], self._key(window))

    def delete_partials(self, window: Window) -> None:
        self._connection.execute(QUERIES["delete_partials"], self._key(window))

    def write_verdict(self, verdict: Verdict) -> None:
        self._connection.execute(QUERIES["write_verdict"], self._key(verdict.window) | _row(verdict))

    def _key(self, window: Window) -> dict[str, Any]:
        return {"stream": window.stream, "start": window.start, "end": window.end(self._rule)}


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
