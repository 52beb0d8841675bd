"""A connection to the database that bills are read from."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tollbook_billing.errors import BillingDatabaseError


@contextmanager
def open_database(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection, closed at the end. `dsn` is a libpq connection string or URL of a role that may read.

    Raises BillingDatabaseError when the server cannot be reached.
    """
    try:
        connection = psycopg.connect(dsn, autocommit=True)
    except psycopg.OperationalError as error:
        raise BillingDatabaseError(
            f"Postgres cannot be reached ({str(error).strip()}): check TOLLBOOK_POSTGRES, or run `tollbook up`"
        ) from error
    with connection:
        yield connection
