"""Actions of administrators: one at a time in a database, and each on record with who, when and why."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from psycopg import Connection, errors
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from tollbook_sinks.errors import AdminBusyError, AdminRefusedError
from tollbook_sinks.queries import load_queries

Outcome = Literal["begun", "done", "failed"]

_SQL = load_queries("admin.sql")


@dataclass(slots=True)
class AdminAction:
    """An action at work; what is put into `result` stands in the record of its end."""

    id: int
    action: str
    why: str
    result: dict[str, Any] = field(default_factory=dict)


@contextmanager
def admin_action(
    connection: Connection[Any], action: str, why: str, details: Mapping[str, Any] | None = None
) -> Iterator[AdminAction]:
    """Hold the one lock of administration for a block, and record its beginning and its end.

    The connection must be outside of a transaction: the beginning is committed before the block starts, so that a
    killed action is seen as begun and not ended. Should the connection break, the lock is gone: the work in the block
    must use this very connection where a second action would do harm. Raises AdminBusyError while another holds the
    lock, and AdminRefusedError for a role without the rights of tollbook_admin.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("an administrator's action begins outside of a transaction")
    with _lock(connection):
        with connection.transaction():
            begun = AdminAction(record_admin_action(connection, action, why, details, outcome="begun"), action, why)
        try:
            yield begun
        except BaseException as error:
            _record_end(connection, begun, "failed", {"error": type(error).__name__})
            raise
        _record_end(connection, begun, "done", begun.result)


def record_admin_action(
    connection: Connection[Any],
    action: str,
    why: str,
    details: Mapping[str, Any] | None = None,
    *,
    begun: int | None = None,
    outcome: Outcome = "done",
) -> int:
    """Write one line into the record, in the caller's transaction; returns its id. Raises AdminRefusedError."""
    line = {"action": action, "why": why, "details": Jsonb(dict(details or {})), "begun": begun, "outcome": outcome}
    try:
        row = connection.execute(_SQL["record"], line).fetchone()
    except errors.InsufficientPrivilege as error:
        raise AdminRefusedError(connection.info.user, action) from error
    except errors.CheckViolation as error:
        raise ValueError(f"say why in 1 to 1,000 characters, not {why!r}") from error
    return int(row[0]) if row else 0


def _record_end(connection: Connection[Any], begun: AdminAction, outcome: Outcome, result: Mapping[str, Any]) -> None:
    if connection.closed:
        return  # begun without an end says it
    if connection.info.transaction_status != TransactionStatus.IDLE:
        connection.rollback()
    with connection.transaction():
        record_admin_action(connection, begun.action, begun.why, result, begun=begun.id, outcome=outcome)


@contextmanager
def _lock(connection: Connection[Any]) -> Iterator[None]:
    while not _asked(connection, "try_lock"):
        with connection.transaction():
            holder = connection.execute(_SQL["lock_holder"]).fetchone()
        if holder is not None:
            raise AdminBusyError(*holder)
    try:
        yield
    finally:
        if not connection.closed:
            _asked(connection, "unlock")


def _asked(connection: Connection[Any], query: str) -> bool:
    with connection.transaction():
        row = connection.execute(_SQL[query]).fetchone()
    return bool(row and row[0])
