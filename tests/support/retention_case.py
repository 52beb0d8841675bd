"""Days of a small ledger that have served their time, and the fates of days."""

from datetime import date, timedelta
from typing import Any

from support.lifecycle_case import HOUR, START, Case, call, fill
from tollbook_schemas.ids import ms_to_datetime
from tollbook_sinks.lifecycle import DayReport, explain_days

DAY_MS = 24 * HOUR
FIRST = ms_to_datetime(START).date()
"""The day of the window that `fill` fills."""
RETENTION = {"ledger_retention_days": 10}
LATER = START + 11 * DAY_MS
"""A clock at which FIRST, but not the day after, is older than the retention."""


def fill_days(case: Case, days: int = 1) -> None:
    """FIRST with everything that can happen, and the days after it with a call each; nothing is compacted yet."""
    fill(case)
    for number in range(1, days):
        case.log.event(call(24 * 60 * number, f"day {number}"), START + number * DAY_MS, number % 2)
    case.log.sink()


def pass_time(case: Case, clock: int = LATER) -> None:
    """Both live partitions' clocks move there, in the ledger and in the rollups."""
    case.log.tick(clock)
    case.log.sink()


def day(number: int) -> date:
    """The day that many days after FIRST."""
    return FIRST + timedelta(days=number)


def explain(case: Case) -> dict[date, DayReport]:
    """What --dry-run says of the days around FIRST."""
    reports = explain_days(case.database.owner, case.settings)
    return {report.day: report for report in reports if report.day <= day(30)}


def codes(report: DayReport) -> list[str]:
    """Why a day stays, in words."""
    return [reason.code for reason in report.reasons]


def answers(case: Case) -> list[dict[str, Any]]:
    """Everything that must outlive a day: totals, sessions, operations, adjustments and windows with their proofs."""
    return case.run("lasting_answers")
