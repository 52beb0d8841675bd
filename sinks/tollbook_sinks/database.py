"""The sink's connection to Postgres: made again when it breaks, with the tables that batches are staged in."""

import logging
from collections.abc import Callable
from threading import Event
from typing import Any, TypeVar

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from tollbook_sinks.errors import DatabaseAwayError, SinkDatabaseError, StoppedError
from tollbook_sinks.migrate import SEARCH_PATH
from tollbook_sinks.queries import load_queries

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

CONNECT_TIMEOUT_SECONDS = 10
FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 5.0
_STAGING = load_queries("staging.sql")


class Database:
    """One connection. `stop` ends its waiting."""

    def __init__(self, dsn: str, stop: Event) -> None:
        self._dsn = dsn
        self._stop = stop
        self._delay = FIRST_DELAY_SECONDS
        self._connection: Connection[Any] | None = None

    def attempt(self, work: Callable[[Connection[Any]], Answer]) -> Answer:
        """Do the work once.

        Raises DatabaseAwayError, after a pause that grows, if Postgres is away or asks to try again: whether the work
        was done is then unknown. Raises SinkDatabaseError for what trying again will not mend.
        """
        try:
            if self._connection is None:
                self._connection = connect(self._dsn)
            answer = work(self._connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self._wait(error)
            raise DatabaseAwayError(f"Postgres is away: {error}") from error
        except psycopg.Error as error:
            raise SinkDatabaseError(_explain(error)) from error
        self._delay = FIRST_DELAY_SECONDS
        return answer

    def insist(self, work: Callable[[Connection[Any]], Answer]) -> Answer:
        """Do work that may be done twice until it succeeds. Raises StoppedError when asked to stop meanwhile."""
        while not self._stop.is_set():
            try:
                return self.attempt(work)
            except DatabaseAwayError:
                continue
        raise StoppedError

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _wait(self, error: psycopg.Error) -> None:
        logger.warning("Postgres is away, trying again in %g s: %s", self._delay, error)
        self.close()
        self._stop.wait(self._delay)
        self._delay = min(2 * self._delay, LONGEST_DELAY_SECONDS)


def connect(dsn: str) -> Connection[Any]:
    """A connection in autocommit mode with its own empty staging tables. Raises psycopg.Error."""
    conninfo = make_conninfo(
        dsn, application_name="tollbook sink", options=SEARCH_PATH, connect_timeout=CONNECT_TIMEOUT_SECONDS
    )
    connection = psycopg.connect(conninfo, autocommit=True)
    try:
        for query in _STAGING.values():
            connection.execute(query)
    except psycopg.Error:
        connection.close()
        raise
    return connection


def _explain(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return f"the tables are missing or older than this sink ({error}): run `tollbook migrate`"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return f"the role may not do what a sink does ({error}): log in as tollbook_sink, after `tollbook migrate`"
    return f"Postgres refuses a batch and nothing of it was written; this needs a look, the log keeps it all: {error}"
