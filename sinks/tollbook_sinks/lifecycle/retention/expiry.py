"""One pass over the days: expire what may go, archive it, drop it."""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from psycopg import Connection, errors

from tollbook_schemas.errors import TollbookError
from tollbook_schemas.settings import Settings
from tollbook_sinks.lifecycle.retention.archiving import archive
from tollbook_sinks.lifecycle.retention.decision import is_too_young
from tollbook_sinks.lifecycle.retention.facts import QUERIES, read_clocks, read_days, retention_rule
from tollbook_sinks.lifecycle.retention.leaving import BusyDayError, bounded_waits, drop, expire
from tollbook_sinks.lifecycle.retention.report import RetentionReport

logger = logging.getLogger(__name__)

# Somebody else has the day in hand just now, or the archive cannot be written: the day waits, all else goes on.
_LEFT = (BusyDayError, TollbookError, errors.LockNotAvailable, errors.ObjectNotInPrerequisiteState)


def expire_days(connection: Connection[Any], settings: Settings, stop: Callable[[], bool]) -> RetentionReport:
    """Do all there is to do; `stop` is asked before each day. Nothing at all happens while no retention is set.

    The caller holds the maintenance lock. With an archive folder a day goes only when its file is written and verified.
    """
    report = RetentionReport()
    if settings.ledger_retention_days is None:
        return report
    with bounded_waits(connection):
        for day in _old_days(connection, settings):
            if not stop():
                _expire(connection, settings, day, report)
        for day, archived in connection.execute(QUERIES["unfinished_days"]).fetchall():
            if not stop():
                _let_go(connection, settings, day, report, archived=archived)
    return report


def _old_days(connection: Connection[Any], settings: Settings) -> list[date]:
    """Those whose age says nothing against their going; whether their windows do is for `expire` to say."""
    rule, clocks = retention_rule(settings), read_clocks(connection)
    return [day for day in read_days(connection) if is_too_young(rule, clocks, day) is None]


def _expire(connection: Connection[Any], settings: Settings, day: date, report: RetentionReport) -> None:
    try:
        verdict = expire(connection, retention_rule(settings), settings.window_rule, day)
    except _LEFT as error:
        _leave(day, error, report)
        return
    if verdict.goes:
        report.expired.append(day)
        logger.info("%s has expired: nothing is written into it any more", day)
    else:
        more = f", and {len(verdict.reasons) - 1} more" if len(verdict.reasons) > 1 else ""
        logger.debug("%s stays: %s%s", day, verdict.reasons[0].detail, more)


def _let_go(
    connection: Connection[Any], settings: Settings, day: date, report: RetentionReport, *, archived: bool
) -> None:
    try:
        if settings.archive_dir is not None and not archived:
            archive(connection, settings.archive_dir, day)
            report.archived.append(day)
        drop(connection, day)
    except _LEFT as error:
        _leave(day, error, report)
    else:
        report.dropped.append(day)
        logger.info("dropped the ledger's rows of %s", day)


def _leave(day: date, error: Exception, report: RetentionReport) -> None:
    report.left[day] = str(error).splitlines()[0]
    logger.warning("%s is left to the next pass: %s", day, report.left[day])
