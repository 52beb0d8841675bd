"""How far an import is, as Postgres knows it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from tollbook_cli.reporting import Report
from tollbook_schemas import TollbookError

CONNECT_SECONDS = 10
POLL_SECONDS = 0.1
WAIT_STEP = "Windows compacted"


class ImportWaitError(TollbookError):
    """The windows of an import did not become final in time, or became disputed."""


class ImportExpiredError(TollbookError):
    """Some of a file's days have left the ledger: nothing of it was sent."""


class PostgresUnreachableError(TollbookError):
    """Postgres does not answer, or is not migrated."""


@dataclass(frozen=True, slots=True)
class StreamWindow:
    """A window of an import, with its proof once it is compacted. `start_ms` is milliseconds since 1970."""

    start_ms: int
    state: str
    ledger_events: int | None
    ledger_calls: int | None
    ledger_digest: bytes | None
    prompt_tokens: int
    completion_tokens: int
    differences: Any


def connect(dsn: str) -> Connection[Any]:
    """A connection for reading, in autocommit mode. Raises PostgresUnreachableError."""
    try:
        return psycopg.connect(
            dsn, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name="tollbook-import"
        )
    except psycopg.OperationalError as error:
        raise PostgresUnreachableError(
            f"Postgres does not answer ({str(error).strip()}): start it with `tollbook up`, or set TOLLBOOK_POSTGRES"
        ) from None


def has_ended(connection: Connection[Any], import_id: str) -> bool:
    """Whether the import was sent to its end before: every partition's end is in the database."""
    try:
        row = connection.execute(_statement("import_ended"), {"import_id": import_id}).fetchone()
    except psycopg.errors.UndefinedTable:
        raise PostgresUnreachableError("the database has no tables yet: start the stack with `tollbook up`") from None
    partitions, ended = row or (0, 0)
    return bool(partitions) and ended >= partitions


def refuse_expired(connection: Connection[Any], starts_ms: Sequence[int]) -> None:
    """Raise ImportExpiredError where one of these windows is of a day that has left the ledger."""
    days = [day for (day,) in connection.execute(_statement("expired_days"), {"starts_ms": list(starts_ms)})]
    if days:
        raise ImportExpiredError(
            f"{len(days)} of this file's days have left the ledger, the first is {days[0]}, and whether its usage was "
            "counted before could not be told: leave those days out; `tollbook restore` brings an archived day back"
        )


def stream_windows(connection: Connection[Any], import_id: str, starts_ms: Sequence[int]) -> list[StreamWindow]:
    """The import's windows that the database knows, in order."""
    with connection.cursor(row_factory=class_row(StreamWindow)) as cursor:
        question = {"stream": import_id, "starts_ms": list(starts_ms)}
        return cursor.execute(_statement("stream_windows"), question).fetchall()


def wait_for_windows(
    connection: Connection[Any], import_id: str, starts_ms: Sequence[int], seconds: float, report: Report
) -> list[StreamWindow]:
    """The windows once all are compacted. Raises ImportWaitError at the deadline and for a disputed window."""
    deadline = time.monotonic() + seconds
    while True:
        windows = stream_windows(connection, import_id, starts_ms)
        compacted = sum(window.state == "compacted" for window in windows)
        report(WAIT_STEP, compacted, len(starts_ms))
        if compacted == len(starts_ms):
            return windows
        _refuse_disputed(windows)
        if time.monotonic() > deadline:
            raise ImportWaitError(
                f"{len(starts_ms) - compacted} of {len(starts_ms)} windows are not compacted after {seconds:g} s: all "
                "is sent and nothing needs to be imported again; see `tollbook status` for a worker that stopped"
            )
        time.sleep(POLL_SECONDS)


def _refuse_disputed(windows: Sequence[StreamWindow]) -> None:
    for window in windows:
        if window.state == "disputed":
            raise ImportWaitError(
                f"the window {window.start_ms} of this import is disputed: its ledger and its rollup differ "
                f"({window.differences}); nothing is lost, see `tollbook audit`"
            )


@cache
def _statement(name: str) -> bytes:
    return files("tollbook_cli.importing").joinpath("sql", f"{name}.sql").read_bytes()
