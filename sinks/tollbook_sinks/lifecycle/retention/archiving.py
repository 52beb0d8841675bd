"""The archive of a day that has expired, and its record."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from tollbook_schemas.errors import TollbookError
from tollbook_sinks.lifecycle.retention.facts import QUERIES
from tollbook_sinks.lifecycle.retention.leaving import table_of

if TYPE_CHECKING:
    from tollbook_sinks.archive import Archived


class ArchiveMissingError(TollbookError):
    """The package that writes archives is not installed."""

    def __init__(self) -> None:
        super().__init__("an archive needs pyarrow: pip install 'tollbook[archive]', or unset TOLLBOOK_ARCHIVE_DIR")


def archive(connection: Connection[Any], folder: Path, day: date) -> None:
    """Write and verify the day's file, and record it. Raises ArchiveError, ArchiveMissingError."""
    try:
        from tollbook_sinks.archive import archive_day  # noqa: PLC0415  # an extra; only who archives needs it
    except ModuleNotFoundError as error:
        raise ArchiveMissingError from error
    _record(connection, day, archive_day(connection, folder, day, table_of(day)))


def _record(connection: Connection[Any], day: date, archived: "Archived") -> None:
    row = {
        "day": day,
        "file_name": archived.path.name,
        "file_bytes": archived.size,
        "file_digest": archived.digest,
        "ledger_rows": archived.proof.rows,
        "sums": Jsonb(archived.proof.sums),
        "rows_digest": archived.proof.digest,
    }
    connection.execute(QUERIES["record_archive"], row)
