"""What a day's rows add up to: their number, the sums of their measures, and a digest over all of them in order.

Computed twice in different ways: by Postgres from the table, and by Arrow from the file.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Connection, sql

from tollbook_schemas.measures import MEASURES
from tollbook_sinks.archive.columns import ArchiveColumn, archive_columns
from tollbook_sinks.archive.errors import ArchiveError
from tollbook_sinks.archive.queries import statement
from tollbook_sinks.archive.spelling import BETWEEN, NULL, row_digests
from tollbook_sinks.archive.sums import batch_sums
from tollbook_sinks.lifecycle.retention.facts import day_range

METADATA_KEY: Final = b"tollbook"
"""The key of the file's metadata under which the proof stands, as JSON."""
FORMAT: Final = 1
BATCH_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Proof:
    """`sums`: measures that are not zero. `digest`: SHA-256 over the rows' own, in the order of created_at and id."""

    day: date
    rows: int
    sums: dict[str, int]
    digest: bytes

    def as_json(self) -> bytes:
        """What stands in the file's metadata: format, day, rows, sums, digest in hexadecimal."""
        plain = {"format": FORMAT, "day": self.day.isoformat(), "rows": self.rows, "sums": self.sums}
        return orjson.dumps(plain | {"digest": self.digest.hex()}, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, text: bytes) -> "Proof":
        """The inverse of `as_json`. Raises ValueError, KeyError or TypeError for what it did not write."""
        plain = orjson.loads(text)
        if plain["format"] != FORMAT:
            raise ValueError(f"format {plain['format']}")
        return cls(date.fromisoformat(plain["day"]), plain["rows"], plain["sums"], bytes.fromhex(plain["digest"]))


def ledger_columns(connection: Connection[Any]) -> list[ArchiveColumn]:
    """The columns of the ledger as they are now."""
    return archive_columns(list(connection.execute(statement("describe")).description or ()))


def proof_of_table(connection: Connection[Any], day: date, table: str, columns: list[ArchiveColumn]) -> Proof:
    """Computed by Postgres: rows and digest from the day's table, sums from the ledger, whose partition it is."""
    spelled = sql.SQL(", ").join(
        sql.SQL("coalesce({}, {})").format(column.spelled, sql.Literal(NULL)) for column in columns
    )
    parts = {"table": sql.Identifier(table), "spelled": spelled, "between": sql.Literal(BETWEEN)}
    row = connection.execute(statement("prove_rows", **parts)).fetchone()
    sums = connection.execute(statement("sum_day"), day_range(day)).fetchone()
    if row is None or sums is None:
        raise AssertionError("an aggregate without groups always has one row")
    named = {name: int(value) for name, value in zip(MEASURES, sums, strict=True) if value}
    return Proof(day, row[0], named, row[1])


def proof_of_file(path: Path) -> Proof:
    """Computed by Arrow from every row of the file, and equal to the proof in its metadata.

    Raises ArchiveError for a file that is no archive of ours, is broken, or is not what its metadata say.
    """
    with open_archive(path) as file:
        stated = stated_proof(path, file)
        try:
            found = proof_of_batches(stated.day, file.iter_batches(BATCH_ROWS))
        except (pa.ArrowException, OSError, KeyError) as error:
            raise ArchiveError(f"{path}: its rows cannot be read: {error}; take another copy of it") from error
    if found != stated:
        raise ArchiveError(f"{path}: its rows are not those that its own metadata prove: take another copy of it")
    return found


def open_archive(path: Path) -> pq.ParquetFile:
    """A Parquet file. Raises ArchiveError for one that is missing or broken."""
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise ArchiveError(f"{path}: it is no Parquet file that can be read: {error}") from error


def stated_proof(path: Path, file: pq.ParquetFile) -> Proof:
    """The proof in the file's metadata, unchecked. Raises ArchiveError where there is none."""
    try:
        return Proof.from_json((file.metadata.metadata or {})[METADATA_KEY])
    except (KeyError, ValueError, TypeError) as error:
        raise ArchiveError(f"{path}: it is no archived day of a ledger of this version") from error


def proof_of_batches(day: date, batches: Iterable[pa.RecordBatch]) -> Proof:
    """Computed by Arrow from rows in order."""
    rows, sums, hasher = 0, Counter[str](), hashlib.sha256()
    for batch in batches:
        rows += batch.num_rows
        sums += batch_sums(batch)
        for digest in row_digests(batch):
            hasher.update(digest)
    return Proof(day, rows, dict(sums), hasher.digest())
