"""The connection that maintenance and audit work on."""

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.conninfo import make_conninfo

from tollbook_sinks.lifecycle.errors import DatabaseUnreachableError
from tollbook_sinks.migrate import SEARCH_PATH

CONNECT_TIMEOUT_SECONDS = 10
# One process at a time: with helpers of its own a big window would take the machine from the sink.
_OPTIONS = f"{SEARCH_PATH} -c timezone=UTC -c max_parallel_workers_per_gather=0"


def connect(dsn: str, name: str) -> Connection:
    """A connection whose transactions see one snapshot each (REPEATABLE READ); nothing else is open between them.

    `name` is what Postgres shows as its application. Statements are never prepared: each is planned for the window at
    hand, so that the planner knows which day of the ledger it reads. Days and times are UTC. Raises
    DatabaseUnreachableError.
    """
    try:
        conninfo = make_conninfo(dsn, application_name=name, options=_OPTIONS, connect_timeout=CONNECT_TIMEOUT_SECONDS)
        connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise DatabaseUnreachableError(str(error)) from error
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    return connection
