"""One maintainer at a time: a lock that Postgres holds for a session and lets go of when the session ends, however."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from tollbook_sinks.lifecycle.queries import QUERIES


@dataclass(frozen=True, slots=True)
class Holder:
    """The session that maintains this database just now."""

    pid: int
    application_name: str
    address: str | None

    def __str__(self) -> str:
        place = f" at {self.address}" if self.address else ""
        return f"{self.application_name or 'a session'} (Postgres backend {self.pid}{place})"


def take_lock(connection: Connection[Any]) -> Holder | None:
    """Take the lock for this session, or say who holds it; None means that it is ours. Never waits.

    The work must use this very connection: should it break, the lock is gone and so is the work in hand.
    """
    while not _try_lock(connection):
        with connection.cursor(row_factory=class_row(Holder)) as cursor:
            holder = cursor.execute(QUERIES["lock_holder"]).fetchone()
        if holder is not None:
            return holder
    return None


@contextmanager
def maintenance_lock(connection: Connection[Any]) -> Iterator[Holder | None]:
    """`take_lock` for the length of a block."""
    holder = take_lock(connection)
    try:
        yield holder
    finally:
        if holder is None and not connection.closed:
            connection.execute(QUERIES["unlock"])


def _try_lock(connection: Connection[Any]) -> bool:
    row = connection.execute(QUERIES["try_lock"]).fetchone()
    return bool(row and row[0])
