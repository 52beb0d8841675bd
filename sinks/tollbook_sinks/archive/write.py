"""Writes a day's file: beside its name, with its proof, to the disk, read back, and only then under its name."""

import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Connection, sql

from tollbook_sinks.archive.columns import ArchiveColumn
from tollbook_sinks.archive.errors import ArchiveError
from tollbook_sinks.archive.proof import BATCH_ROWS, METADATA_KEY, Proof, ledger_columns, proof_of_file, proof_of_table
from tollbook_sinks.archive.queries import statement

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Archived:
    """A verified file. `digest` is the file's own SHA-256."""

    path: Path
    size: int
    digest: bytes
    proof: Proof


def archive_day(connection: Connection[Any], folder: Path, day: date, table: str) -> Archived:
    """Write `<table>.parquet` into the folder, unless it is there already and is this day.

    The day must be attached to the ledger and nobody may write into it. Whatever a killed run left half written is
    written anew. Raises ArchiveError where the file cannot be written or is not what the table holds when it is read
    back, and where another file has its name.
    """
    path = folder / f"{table}.parquet"
    partial = folder / f".{table}.parquet.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with connection.transaction():
            columns = ledger_columns(connection)
            proof = proof_of_table(connection, day, table, columns)
            if not path.exists():
                _write(connection, partial, table, columns, proof)
        if path.exists():
            _verify(path, proof)
        else:
            _put_in_place(partial, path, proof)
        return Archived(path, path.stat().st_size, _digest(path), proof)
    except (OSError, pa.ArrowException) as error:
        raise ArchiveError(f"{path}: the archive cannot be written, and {day} stays: {error}") from error


def _write(connection: Connection[Any], partial: Path, table: str, columns: list[ArchiveColumn], proof: Proof) -> None:
    schema = pa.schema([(column.name, column.type) for column in columns], {METADATA_KEY: proof.as_json()})
    with partial.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in _batches(connection, table, columns, schema):
                writer.write_batch(batch)
        file.flush()
        os.fsync(file.fileno())


def _batches(
    connection: Connection[Any], table: str, columns: list[ArchiveColumn], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    selected = sql.SQL(", ").join(column.selected for column in columns)
    with connection.cursor("tollbook_archive") as cursor:
        cursor.execute(statement("read_rows", selected=selected, table=sql.Identifier(table)), binary=True)
        while rows := cursor.fetchmany(BATCH_ROWS):
            read = zip(columns, zip(*rows, strict=True), strict=True)
            arrays = [column.build(list(values), column.type) for column, values in read]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _verify(path: Path, proof: Proof) -> None:
    if proof_of_file(path) != proof:
        raise ArchiveError(
            f"{path}: this file holds other rows than the ledger has of {proof.day}: move it away, or name another "
            "folder in TOLLBOOK_ARCHIVE_DIR; each database needs one of its own"
        )


def _put_in_place(partial: Path, path: Path, proof: Proof) -> None:
    if proof_of_file(partial) != proof:
        raise ArchiveError(f"{partial}: read back it is not what the ledger holds of {proof.day}: check the disk")
    partial.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    logger.info("archived %s: %d rows in %s", proof.day, proof.rows, path)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
