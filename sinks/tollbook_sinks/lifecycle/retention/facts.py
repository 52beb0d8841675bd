"""What the decision about a day needs, read from the tables."""

from datetime import date, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from tollbook_schemas.ids import datetime_to_ms, ms_to_datetime
from tollbook_schemas.settings import Settings
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.lifecycle.retention.decision import (
    DAY_MS,
    DayFacts,
    RetentionRule,
    WindowFacts,
    day_end_ms,
    day_start_ms,
)
from tollbook_sinks.lifecycle.windows import Window
from tollbook_sinks.queries import load_queries

QUERIES = load_queries("retention.sql")


def retention_rule(settings: Settings) -> RetentionRule:
    """The rule that the settings say."""
    days = settings.ledger_retention_days
    return RetentionRule(None if days is None else days * DAY_MS, settings.horizon_seconds * 1000)


def read_clocks(connection: Connection[Any]) -> list[int]:
    """The persisted ledger clock (ms) of every live partition."""
    return [clock for (clock,) in connection.execute(QUERIES["live_clocks"])]


def read_days(connection: Connection[Any]) -> list[date]:
    """The days that have a partition in the ledger and have not expired, in order."""
    return [day for (day,) in connection.execute(QUERIES["kept_days"])]


def read_facts(connection: Connection[Any], rule: WindowRule, day: date) -> DayFacts:
    """The windows of a day; counts its rows, and so reads its partition, and no other."""
    parameters = day_range(day) | {"width": timedelta(milliseconds=rule.width_ms)}
    with connection.cursor(row_factory=dict_row) as cursor:
        return DayFacts(day, tuple(_window(row) for row in cursor.execute(QUERIES["day_windows"], parameters)))


def day_range(day: date) -> dict[str, Any]:
    """`day`, and its `start` and `end` (exclusive), as parameters of a statement."""
    return {"day": day, "start": ms_to_datetime(day_start_ms(day)), "end": ms_to_datetime(day_end_ms(day))}


def _window(row: dict[str, Any]) -> WindowFacts:
    return WindowFacts(Window(row.pop("stream"), datetime_to_ms(row.pop("window_start"))), **row)
