"""The events behind a figure, page by page, while they last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from tollbook_billing.asking import Asked
from tollbook_billing.queries import load_queries
from tollbook_billing.question import Question, question_of
from tollbook_billing.statement import UsageLine, UsageScope

_SQL = load_queries("events.sql")
_EVERYTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class DroppedDay:
    """A UTC day whose events have left the ledger; `calls` is what its totals hold of the figure."""

    day: date
    calls: int


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, oldest first, as dicts with the columns of the SQL type llm_usage_event_line, and days without them.

    `after` is where the next page begins; None: this is the last one.
    """

    events: tuple[DictRow, ...]
    dropped: tuple[DroppedDay, ...]
    after: UUID | None


@Asked
def usage_events(
    scope: UsageScope,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    where: Mapping[str, Any] = _EVERYTHING,
    limit: int = 100,
    after: UUID | None = None,
    window: timedelta | None = None,
) -> Question[EventPage]:
    """A page of the events behind a statement's figures.

    `where` holds what a line was told apart by, None included, and `status`; `line_filter` makes it of a line. Raises
    what project_usage does, UsageRangeError also for what events are not filtered by.
    """
    parameters = question_of(scope, start, end, window=window)
    parameters |= {"where": Jsonb(dict(where)), "limit": limit, "after": after}

    def read(rows: list[DictRow]) -> EventPage:
        position = rows[-1]["position"] if len(rows) == limit and rows else None
        kept, dropped = ([row for row in rows if row["kind"] == kind] for kind in ("event", "dropped"))
        days = (DroppedDay(row["created_at"].astimezone(UTC).date(), row["call_count"]) for row in dropped)
        return EventPage(tuple(kept), tuple(days), position)

    return Question((_SQL["events"],), parameters, read)


def line_filter(line: UsageLine, by: tuple[str, ...]) -> dict[str, Any]:
    """What usage_events takes as `where` for a statement's line; `by` is the statement's. Its period is a range."""
    columns = [column for part in by for column in _COLUMNS.get(part, ())]
    return {column: getattr(line, column) for column in columns}


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "provider": ("provider",),
    "model": ("model", "response_model"),
    "use_case": ("use_case",),
    "environment": ("environment",),
    "workspace": ("workspace_id",),
    "project": ("project_id",),
    "template": ("template_id",),
    "collection": ("collection_id",),
}
