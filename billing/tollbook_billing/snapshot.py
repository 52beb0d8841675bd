"""One snapshot for several queries, so that a statement's lines, windows and adjustments fit each other."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from psycopg import AsyncConnection, Connection, IsolationLevel, sql
from psycopg.pq import TransactionStatus

from tollbook_billing.errors import SnapshotError

_STABLE = (IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE)
_OPENING = sql.SQL("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


@contextmanager
def one_snapshot(connection: Connection[Any], queries: int = 2) -> Iterator[None]:
    """A read-only transaction that sees one state of the database; a caller's own is used if it does too.

    Raises SnapshotError inside a transaction of a lower isolation level, unless there is only one of the `queries`.
    """
    opening = _opening(connection, queries)
    with connection.transaction():
        if opening is not None:
            connection.execute(opening)
        yield


@asynccontextmanager
async def one_snapshot_async(connection: AsyncConnection[Any], queries: int) -> AsyncIterator[None]:
    """As one_snapshot, over an asynchronous connection."""
    opening = _opening(connection, queries)
    async with connection.transaction():
        if opening is not None:
            await connection.execute(opening)
        yield


def _opening(connection: Connection[Any] | AsyncConnection[Any], queries: int) -> sql.SQL | None:
    """What begins the new transaction; None inside a caller's own."""
    if connection.info.transaction_status is TransactionStatus.IDLE:
        return _OPENING
    if queries > 1 and connection.isolation_level not in _STABLE:
        raise SnapshotError(
            "the connection is inside a transaction that sees later changes: end it first, or set its isolation level "
            "to IsolationLevel.REPEATABLE_READ before it begins"
        )
    return None
