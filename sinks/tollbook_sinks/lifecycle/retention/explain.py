"""For each day of the ledger: does it go, and if not, why it stays. Reads only."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg
from psycopg import Connection

from tollbook_schemas.settings import Settings
from tollbook_sinks.lifecycle.errors import MaintenanceFailedError
from tollbook_sinks.lifecycle.retention.decision import DayFacts, Reason, decide, is_too_young
from tollbook_sinks.lifecycle.retention.facts import QUERIES, read_clocks, read_days, read_facts, retention_rule
from tollbook_sinks.lifecycle.session import connect
from tollbook_sinks.window_width import refuse_other_width

Fate = Literal["stays", "goes", "going", "restored"]
"""`going`: has expired and is on its way out; `restored`: brought back from its archive, stays until it is released."""


@dataclass(frozen=True, slots=True)
class DayReport:
    """A day's fate with the reasons why it stays. `rows` is None where its age alone decides: they were not counted."""

    day: date
    fate: Fate
    rows: int | None = None
    reasons: tuple[Reason, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """`{"day", "fate", "rows", "reasons": [{"code", "detail"}]}`."""
        reasons = [{"code": reason.code, "detail": reason.detail} for reason in self.reasons]
        return {"day": self.day.isoformat(), "fate": self.fate, "rows": self.rows, "reasons": reasons}


def explain_days(dsn: str, settings: Settings) -> list[DayReport]:
    """Every day that has a table, in order, as the owner sees it. Counts the rows of days that are old enough to go.

    Raises DatabaseUnreachableError, MaintenanceFailedError, WindowWidthError.
    """
    with connect(dsn, "tollbook maintain --dry-run") as connection:
        try:
            refuse_other_width(connection, settings.window_rule)
            with connection.transaction():
                found = [*_expired(connection), *_kept(connection, settings)]
        except psycopg.Error as error:
            raise MaintenanceFailedError(error.diag.message_primary or str(error)) from error
    return sorted(found, key=lambda report: report.day)


def _kept(connection: Connection[Any], settings: Settings) -> list[DayReport]:
    rule, clocks = retention_rule(settings), read_clocks(connection)
    reports = []
    for day in read_days(connection):
        young = is_too_young(rule, clocks, day)
        facts = DayFacts(day) if young else read_facts(connection, settings.window_rule, day)
        verdict = decide(rule, clocks, facts)
        rows = None if young else sum(window.rows for window in facts.windows)
        reports.append(DayReport(day, "goes" if verdict.goes else "stays", rows, verdict.reasons))
    return reports


def _expired(connection: Connection[Any]) -> list[DayReport]:
    going = [day for day, _ in connection.execute(QUERIES["unfinished_days"])]
    restored = [day for (day,) in connection.execute(QUERIES["restored_days"])]
    fates: list[tuple[date, Fate]] = [*((day, "going") for day in going), *((day, "restored") for day in restored)]
    return [DayReport(day, fate, _rows(connection, day)) for day, fate in fates]


def _rows(connection: Connection[Any], day: date) -> int:
    row = connection.execute(QUERIES["expired_rows"], {"day": day}).fetchone()
    return int(row[0]) if row else 0
