"""Statements from Postgres: thin calls of the SQL functions get_usage, get_usage_windows and get_usage_adjustments."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from tollbook_billing.queries import load_queries
from tollbook_billing.question import exact_cursor, explained, question_of
from tollbook_billing.snapshot import one_snapshot
from tollbook_billing.statement import Adjustment, Book, UsageLine, UsageScope, UsageStatement, WindowProof
from tollbook_billing.usage import usage_of_row

_SQL = load_queries("usage.sql")


def project_usage(
    connection: Connection[Any],
    project_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> UsageStatement:
    """The statement of a project for the windows of [start, end), aware times, None for all time.

    `window` is the width of the windows; by default the one that the database was filled with. `book` is `cost` (what
    providers charge) or `sell` (what customers are charged); what has no price in `currency` is unpriced. Raises
    UsageRangeError for a bound that is not a window's, SnapshotError, BillingSchemaError, BillingDatabaseError.
    """
    return read_usage(
        connection,
        UsageScope("project", project_id, workspace_id),
        start,
        end,
        window=window,
        book=book,
        currency=currency,
    )


def session_usage(
    connection: Connection[Any],
    session_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> UsageStatement:
    """The statement of a session; see project_usage. Compaction does not change it."""
    return read_usage(
        connection,
        UsageScope("session", session_id, workspace_id),
        start,
        end,
        window=window,
        book=book,
        currency=currency,
    )


def workspace_usage(
    connection: Connection[Any],
    workspace_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> UsageStatement:
    """The statement of a workspace, calls without a project included; see project_usage."""
    return read_usage(
        connection, UsageScope("workspace", workspace_id), start, end, window=window, book=book, currency=currency
    )


def read_usage(
    connection: Connection[Any],
    scope: UsageScope,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
    book: Book = "cost",
    currency: str = "USD",
) -> UsageStatement:
    """The statement of any scope; see project_usage."""
    question = question_of(scope, start, end, window=window, book=book, currency=currency)
    with explained(), one_snapshot(connection), exact_cursor(connection) as cursor:
        return UsageStatement(
            scope=scope,
            start=start,
            end=end,
            lines=tuple(_line(row) for row in cursor.execute(_SQL["lines"], question)),
            windows=tuple(_window(row) for row in cursor.execute(_SQL["windows"], question)),
            adjustments=tuple(Adjustment(**row) for row in cursor.execute(_SQL["adjustments"], question)),
            book=book,
            currency=currency,
        )


def _line(row: DictRow) -> UsageLine:
    return UsageLine(
        provider=row["provider"],
        model=row["model"],
        response_model=row["response_model"],
        use_case=row["use_case"],
        state=row["state"],
        usage=usage_of_row(row),
    )


def _window(row: DictRow) -> WindowProof:
    compacted_at = row.pop("compacted_at")
    return WindowProof(
        start=row.pop("window_start").astimezone(UTC),
        compacted_at=compacted_at and compacted_at.astimezone(UTC),
        **row,
    )
