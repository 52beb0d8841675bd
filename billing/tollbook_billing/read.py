"""Statements from Postgres: thin calls of the SQL functions get_usage, get_usage_windows and get_usage_adjustments."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads

from tollbook_billing.errors import BillingDatabaseError, BillingSchemaError, UsageRangeError
from tollbook_billing.queries import load_queries
from tollbook_billing.snapshot import one_snapshot
from tollbook_billing.statement import Adjustment, UsageLine, UsageScope, UsageStatement, WindowProof
from tollbook_billing.usage import usage_of_row

_SQL = load_queries("usage.sql")
_exact_json = partial(json.loads, parse_float=Decimal)


def project_usage(
    connection: Connection[Any],
    project_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    window: timedelta | None = None,
) -> UsageStatement:
    """The statement of a project for the windows of [start, end), aware times, None for all time.

    `window` is the width of the windows; by default the one that the database was filled with. Raises UsageRangeError
    for a bound that is not a window's, SnapshotError, BillingSchemaError, BillingDatabaseError.
    """
    return read_usage(connection, UsageScope("project", project_id, workspace_id), start, end, window=window)


def session_usage(
    connection: Connection[Any],
    session_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    window: timedelta | None = None,
) -> UsageStatement:
    """The statement of a session; see project_usage. Compaction does not change it."""
    return read_usage(connection, UsageScope("session", session_id, workspace_id), start, end, window=window)


def workspace_usage(
    connection: Connection[Any],
    workspace_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
) -> UsageStatement:
    """The statement of a workspace, calls without a project included; see project_usage."""
    return read_usage(connection, UsageScope("workspace", workspace_id), start, end, window=window)


def read_usage(
    connection: Connection[Any],
    scope: UsageScope,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    window: timedelta | None = None,
) -> UsageStatement:
    """The statement of any scope; see project_usage."""
    question = {
        "scope": scope.kind,
        "id": scope.id,
        "workspace": scope.workspace_id,
        "start": start,
        "end": end,
        "window": window,
    }
    with _explained(), one_snapshot(connection), connection.cursor(row_factory=dict_row) as cursor:
        set_json_loads(_exact_json, cursor)
        return UsageStatement(
            scope=scope,
            start=start,
            end=end,
            lines=tuple(_line(row) for row in cursor.execute(_SQL["lines"], question)),
            windows=tuple(_window(row) for row in cursor.execute(_SQL["windows"], question)),
            adjustments=tuple(Adjustment(**row) for row in cursor.execute(_SQL["adjustments"], question)),
        )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InvalidParameterValue as error:
        raise UsageRangeError(" ".join(filter(None, (error.diag.message_primary, error.diag.message_hint)))) from error
    except (psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedTable) as error:
        raise BillingSchemaError(
            f"the database is not ready for billing ({error.diag.message_primary}): apply the migrations first"
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise BillingDatabaseError(
            f"{error.diag.message_primary}: billing needs SELECT on the tables and views named llm_*"
        ) from error


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
