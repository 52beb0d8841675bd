"""One snapshot for several queries, so that a statement's lines, windows and adjustments fit each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, IsolationLevel
from psycopg.pq import TransactionStatus

from tollbook_billing.errors import SnapshotError

_STABLE = (IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE)


@contextmanager
def one_snapshot(connection: Connection[Any]) -> Iterator[None]:
    """A read-only transaction that sees one state of the database; a caller's own is used if it does too.

    Raises SnapshotError inside a transaction of a lower isolation level.
    """
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        if connection.isolation_level not in _STABLE:
            raise SnapshotError(
                "the connection is inside a transaction that sees later changes: end it first, or set "
                "connection.isolation_level = IsolationLevel.REPEATABLE_READ before it begins"
            )
        yield
        return
    before = connection.isolation_level, connection.read_only
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction():
            yield
    finally:
        if not connection.closed:
            connection.isolation_level, connection.read_only = before
