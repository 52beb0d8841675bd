"""Statements from Postgres: thin calls of the SQL functions get_usage, get_usage_windows and get_usage_adjustments.

Each function takes a connection first; with an AsyncConnection its answer is awaited.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

from psycopg.rows import DictRow

from tollbook_billing.asking import Asked
from tollbook_billing.queries import load_queries
from tollbook_billing.question import Question, question_of
from tollbook_billing.statement import (
    LINE_PARTS,
    Adjustment,
    Book,
    Part,
    RecordExtent,
    UsageLine,
    UsageScope,
    UsageStatement,
    WindowProof,
)
from tollbook_billing.usage import usage_of_row

_SQL = load_queries("usage.sql")
_QUERIES = tuple(_SQL[name] for name in ("lines", "windows", "adjustments", "extent"))
_KEYS = ("provider", "model", "response_model", "use_case", "state", "period", "environment")
_OWNERS = ("workspace_id", "project_id", "template_id", "collection_id")


class Options(TypedDict, total=False):
    """How usage is read.

    `window` is the width of the windows; by default the one that the database was filled with. `book` is `cost` (what
    providers charge) or `sell` (what customers are charged); what has no price in `currency` is unpriced. `by` is what
    lines are told apart by, with days and months of the time `zone`.
    """

    window: timedelta | None
    book: Book
    currency: str
    by: Sequence[Part]
    zone: str


@Asked
def read_usage(
    scope: UsageScope, start: datetime | None = None, end: datetime | None = None, **options: Unpack[Options]
) -> Question[UsageStatement]:
    """The statement of any scope; see project_usage."""
    parameters = question_of(scope, start, end, **options)

    def read(*answers: list[DictRow]) -> UsageStatement:
        lines, windows, adjustments, (extent,) = answers
        return UsageStatement(
            scope=scope,
            start=start,
            end=end,
            lines=tuple(_line(row) for row in lines),
            windows=tuple(_window(row) for row in windows),
            adjustments=tuple(Adjustment(**row) for row in adjustments),
            book=options.get("book", "cost"),
            currency=options.get("currency", "USD"),
            by=tuple(options.get("by", LINE_PARTS)),
            zone=options.get("zone", "UTC"),
            extent=_extent(extent),
        )

    return Question(_QUERIES, parameters, read)


@Asked
def project_usage(
    project_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    **options: Unpack[Options],
) -> Question[UsageStatement]:
    """The statement of a project for the windows of [start, end), aware times, None for all time; see Options.

    Raises UsageRangeError for a bound that is not a window's and for a day or month that begins inside a window,
    SnapshotError, BillingSchemaError, BillingDatabaseError.
    """
    return read_usage.question(UsageScope("project", project_id, workspace_id), start, end, **options)


@Asked
def session_usage(
    session_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    **options: Unpack[Options],
) -> Question[UsageStatement]:
    """The statement of a session; see project_usage. Neither compaction nor retention changes it."""
    return read_usage.question(UsageScope("session", session_id, workspace_id), start, end, **options)


@Asked
def collection_usage(
    collection_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    **options: Unpack[Options],
) -> Question[UsageStatement]:
    """The statement of a collection; see project_usage."""
    return read_usage.question(UsageScope("collection", collection_id, workspace_id), start, end, **options)


@Asked
def template_usage(
    template_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    workspace_id: str | None = None,
    **options: Unpack[Options],
) -> Question[UsageStatement]:
    """The statement of a template; see project_usage."""
    return read_usage.question(UsageScope("template", template_id, workspace_id), start, end, **options)


@Asked
def workspace_usage(
    workspace_id: str, start: datetime | None = None, end: datetime | None = None, **options: Unpack[Options]
) -> Question[UsageStatement]:
    """The statement of a workspace, calls without a project included; see project_usage."""
    return read_usage.question(UsageScope("workspace", workspace_id), start, end, **options)


def _line(row: DictRow) -> UsageLine:
    begins = row["period_start"]
    return UsageLine(
        **{name: row[name] for name in (*_KEYS, *_OWNERS)},
        period_start=begins and begins.astimezone(UTC),
        usage=usage_of_row(row),
    )


def _window(row: DictRow) -> WindowProof:
    compacted_at = row.pop("compacted_at")
    return WindowProof(
        start=row.pop("window_start").astimezone(UTC),
        compacted_at=compacted_at and compacted_at.astimezone(UTC),
        **row,
    )


def _extent(row: DictRow) -> RecordExtent:
    begins, ends = row.pop("begins"), row.pop("ends")
    return RecordExtent(begins and begins.astimezone(UTC), ends and ends.astimezone(UTC), **row)
