"""One pass of the maintainer: days ahead, closing, compaction, retention. Each step can be repeated and broken off."""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from psycopg import Connection, errors

from tollbook_schemas.ids import datetime_to_ms
from tollbook_schemas.settings import Settings
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.lifecycle.closing import closable
from tollbook_sinks.lifecycle.compaction import Verdict, compact_window
from tollbook_sinks.lifecycle.progress import read_progress
from tollbook_sinks.lifecycle.queries import QUERIES
from tollbook_sinks.lifecycle.report import MaintainReport
from tollbook_sinks.lifecycle.retention import RetentionReport, expire_days
from tollbook_sinks.lifecycle.windows import Window

logger = logging.getLogger(__name__)

RECHECK = timedelta(minutes=1)
"""How often a service compares a disputed window again: what repairs it may be anything, and comparing reads it all."""

# Another session touched the same rows at that moment, or rows are there that only a finished window has.
_POSTPONED = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)


def _never() -> bool:
    return False


def run_pass(
    connection: Connection[Any],
    settings: Settings,
    recheck: timedelta,
    stop: Callable[[], bool] = _never,
    *,
    expire: bool = True,
) -> MaintainReport:
    """Do all there is to do; `stop` is asked before each window and day. The caller holds the maintenance lock.

    Disputed windows are compared again when their last comparison is `recheck` ago. Days are looked at where `expire`
    says so.
    """
    days = make_days(connection, settings.ledger_days_ahead)
    closed = close_windows(connection, settings.window_rule)
    verdicts, postponed = _compact_all(connection, settings.window_rule, recheck, stop)
    return MaintainReport(
        days_made=tuple(days),
        closed=tuple(closed),
        compacted=tuple(verdict for verdict in verdicts if verdict.state == "compacted"),
        disputed=tuple(verdict for verdict in verdicts if verdict.state == "disputed"),
        postponed=tuple(postponed),
        retention=expire_days(connection, settings, stop) if expire else RetentionReport(),
    )


def make_days(connection: Connection[Any], ahead: int) -> list[date]:
    """Make the ledger's partitions from today to `ahead` days on, each on its own; returns the new ones."""
    missing: list[date] = [day for (day,) in connection.execute(QUERIES["missing_days"], {"ahead": ahead})]
    for day in missing:
        connection.execute(QUERIES["ensure_day"], {"day": day})
        logger.info("made the ledger's partition for %s", day)
    return missing


def close_windows(connection: Connection[Any], rule: WindowRule) -> list[Window]:
    """Close every open window that all partitions have left behind; returns them."""
    windows = _windows(connection, "open_windows")
    if not windows:
        return []
    imports = {window.stream for window in windows if not window.is_live}
    closed = closable(rule, windows, read_progress(connection, imports))
    if closed:
        parameters = {"streams": [entry.stream for entry in closed], "starts": [entry.start for entry in closed]}
        connection.execute(QUERIES["close_windows"], parameters)
        logger.info("closed %d windows", len(closed))
    return closed


def _compact_all(
    connection: Connection[Any], rule: WindowRule, recheck: timedelta, stop: Callable[[], bool]
) -> tuple[list[Verdict], list[Window]]:
    verdicts: list[Verdict] = []
    postponed: list[Window] = []
    for window in _windows(connection, "windows_to_compact", recheck=recheck):
        if stop():
            break
        try:
            verdict = compact_window(connection, rule, window)
        except _POSTPONED as error:
            logger.warning("%s is left to the next pass: %s", window, error.diag.message_primary)
            postponed.append(window)
        else:
            verdicts += [verdict] if verdict else []
            _log(verdict)
    return verdicts, postponed


def _windows(connection: Connection[Any], query: str, **parameters: object) -> list[Window]:
    rows = connection.execute(QUERIES[query], parameters).fetchall()
    return [Window(stream, datetime_to_ms(start)) for stream, start in rows]


def _log(verdict: Verdict | None) -> None:
    if verdict is None:
        return
    comparison = verdict.comparison
    if verdict.state == "compacted":
        logger.info(
            "compacted %s: %d events, %d calls", verdict.window, comparison.ledger.events, comparison.ledger.calls
        )
    else:
        logger.warning(
            "disputed %s: %d measures differ, the first is %s",
            verdict.window,
            comparison.difference_count,
            next(iter(comparison.differences), None),
        )
