"""Brings an archived day back into the ledger that it left, as the very rows that it was."""

from datetime import date
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from tollbook_sinks.archive.errors import RestoreError
from tollbook_sinks.archive.proof import BATCH_ROWS, Proof, ledger_columns, open_archive, proof_of_file, proof_of_table
from tollbook_sinks.archive.queries import statement
from tollbook_sinks.lifecycle.retention.facts import day_range
from tollbook_sinks.lifecycle.retention.leaving import table_of


def restore_day(connection: Connection[Any], path: Path) -> Proof:
    """Load the day from its verified file and attach it: all in one transaction, so that it is there whole or not.

    No total changes: those of the day's windows have stayed. Nothing else is ever written into the day, and it stays
    until `release_day`. Raises ArchiveError for a file that is not what it says, RestoreError where this database did
    not drop exactly these rows.
    """
    proof = proof_of_file(path)
    table = table_of(proof.day)
    with connection.transaction():
        _check_record(connection, path, proof)
        _load(connection, path, proof.day, table)
        found = proof_of_table(connection, proof.day, table, ledger_columns(connection))
        if found != proof:
            raise RestoreError(f"{path}: loaded, its rows are not those of the file: nothing was changed; report this")
        connection.execute(statement("record_restore"), {"day": proof.day})
    return proof


def release_day(connection: Connection[Any], day: date) -> None:
    """Give a restored day back to the maintainer, which drops it again. Raises RestoreError where it is none."""
    if not connection.execute(statement("release_day"), {"day": day}).rowcount:
        raise RestoreError(f"{day} is no restored day: `tollbook maintain --dry-run` lists them")


def _check_record(connection: Connection[Any], path: Path, proof: Proof) -> None:
    row = connection.execute(statement("expired_day"), {"day": proof.day}).fetchone()
    if row is None:
        raise RestoreError(f"this ledger still takes usage of {proof.day}: bring the file in with `tollbook import`")
    archived, dropped, rows, digest = row
    if not dropped:
        raise RestoreError(f"the rows of {proof.day} are still in this ledger: nothing needs to be restored")
    if not archived or (rows, digest) != (proof.rows, proof.digest):
        raise RestoreError(f"{path}: this is not the archive of the rows that this ledger dropped of {proof.day}")


def _load(connection: Connection[Any], path: Path, day: date, table: str) -> None:
    bounds = day_range(day)
    parts = {
        "table": sql.Identifier(table),
        "constraint": sql.Identifier(f"{table}_day"),
        "start": sql.Literal(bounds["start"]),
        "end": sql.Literal(bounds["end"]),
    }
    connection.execute(statement("create_day", **parts))
    connection.execute(statement("bound_day", **parts))
    with open_archive(path) as file:
        names = sql.SQL(", ").join(sql.Identifier(name) for name in file.schema_arrow.names)
        load = statement("load_day", table=parts["table"], names=names)
        with connection.cursor() as cursor, cursor.copy(load) as copy:
            for batch in file.iter_batches(BATCH_ROWS):
                for row in zip(*(values.to_pylist() for values in batch.columns), strict=True):
                    copy.write_row(row)
    connection.execute(statement("attach_day", **parts))
