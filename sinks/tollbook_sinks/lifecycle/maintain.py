"""The maintainer: once, or for as long as nobody stops it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import psycopg
from psycopg import Connection

from tollbook_schemas.settings import Settings
from tollbook_sinks.lifecycle.errors import MaintenanceFailedError
from tollbook_sinks.lifecycle.lock import maintenance_lock, take_lock
from tollbook_sinks.lifecycle.passes import RECHECK, run_pass
from tollbook_sinks.lifecycle.queries import QUERIES
from tollbook_sinks.lifecycle.report import MaintainReport
from tollbook_sinks.lifecycle.session import connect
from tollbook_sinks.window_width import refuse_other_width

logger = logging.getLogger(__name__)

EXPIRE_EVERY_SECONDS = 60.0
"""How often a service looks for days that may go: counting a day's rows reads all of them."""


def maintain_once(dsn: str, settings: Settings, recheck: timedelta = timedelta(0)) -> MaintainReport:
    """One pass as the role that owns the tables: days ahead, closing, compaction, and retention where it is set.

    `dsn` is a libpq connection string or URL. If another maintainer is at work the report names it in `held_by` and
    nothing is done. By default every disputed window is compared again. Raises DatabaseUnreachableError,
    MaintenanceFailedError.
    """
    with _session(dsn, "tollbook maintain --once") as connection, maintenance_lock(connection) as holder:
        if holder is not None:
            return MaintainReport(held_by=holder)
        refuse_other_width(connection, settings.window_rule)
        return run_pass(connection, settings, recheck)


def maintain(dsn: str, settings: Settings, stop: Event) -> None:
    """Passes every `settings.maintain_interval_seconds` until `stop` is set; the window in hand is finished first.

    While another maintainer holds the lock this one waits for it to end, and says so once. Raises what `maintain_once`
    raises: whoever supervises starts it again.
    """
    interval = settings.maintain_interval_seconds
    with _session(dsn, "tollbook maintain") as connection:
        if not _wait_for_lock(connection, stop, interval):
            return
        refuse_other_width(connection, settings.window_rule)
        logger.info("maintaining")
        expire_at = time.monotonic()
        while not stop.is_set():
            is_due = time.monotonic() >= expire_at
            run_pass(connection, settings, RECHECK, stop.is_set, expire=is_due)
            expire_at = time.monotonic() + EXPIRE_EVERY_SECONDS if is_due else expire_at
            stop.wait(interval)


def _wait_for_lock(connection: Connection[Any], stop: Event, interval: float) -> bool:
    told = False
    while not stop.is_set():
        holder = take_lock(connection)
        if holder is None:
            return True
        if not told:
            logger.info("waiting: %s maintains this database", holder)
            told = True
        stop.wait(interval)
    return False


@contextmanager
def _session(dsn: str, name: str) -> Iterator[Connection[Any]]:
    with connect(dsn, name) as connection:
        try:
            _refuse_blind(connection)
            yield connection
        except psycopg.Error as error:
            raise MaintenanceFailedError(error.diag.message_primary or str(error)) from error


def _refuse_blind(connection: Connection[Any]) -> None:
    row = connection.execute(QUERIES["sees_every_row"]).fetchone()
    if row is None or not row[0]:
        raise MaintenanceFailedError(
            f"row-level security hides rows from the role {connection.info.user!r}: connect as the owner of the tables "
            "or as a member of tollbook_maintainer"
        )
