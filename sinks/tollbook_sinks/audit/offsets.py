"""Every offset of every source partition is accounted for, once, and by the rows that the counters speak of."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from tollbook_sinks.audit.queries import QUERIES
from tollbook_sinks.audit.report import Check, Finding, OffsetPlace, PartitionAudit

MAX_PLACES = 100
"""As many places of one kind of error are listed."""

_SAME_COUNT: tuple[tuple[Check, str, str], ...] = (
    ("dead_letters", "dead_letters", "dead_letter_rows"),
    ("dead_letters", "conflicts", "conflict_rows"),
)
_AT_MOST: tuple[tuple[Check, str, str], ...] = (
    ("adjustments", "duplicates", "duplicate_adjustments"),
    ("adjustments", "conflicts", "conflict_adjustments"),
)


def audit_offsets(connection: Connection[Any]) -> tuple[list[PartitionAudit], list[Finding]]:
    """The partitions with their counters, and what does not hold. Reads in the caller's transaction."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["partitions"]).fetchall()
        partitions = [PartitionAudit(**{name: row[name] for name in PartitionAudit.__slots__}) for row in rows]
        findings = [
            finding for row, partition in zip(rows, partitions, strict=True) for finding in _check(row, partition)
        ]
        findings += _shortages(connection, rows)
        findings += [_twice(row) for row in cursor.execute(QUERIES["offsets_counted_twice"], {"limit": MAX_PLACES})]
        findings += [_late(row) for row in cursor.execute(QUERIES["wrong_late_rows"], {"limit": MAX_PLACES})]
    return partitions, findings


def _check(row: dict[str, Any], partition: PartitionAudit) -> Iterator[Finding]:
    place = OffsetPlace(partition.kind, partition.partition)
    if partition.consumed != partition.accounted:
        detail = f"{partition.consumed} offsets were consumed, the counters account for {partition.accounted}"
        yield Finding("accounting", place, detail)
    yield from _check_range(row, partition)
    for check, counter, rows in _SAME_COUNT:
        if row[counter] != row[rows]:
            yield Finding(
                check, place, f"{row[rows]} {rows.replace('_', ' ')}, the counter {counter} says {row[counter]}"
            )
    for check, counter, rows in _AT_MOST:  # what was not on time was never in the totals, so nothing was taken back
        if row[rows] > row[counter]:
            yield Finding(
                check, place, f"{row[rows]} {rows.replace('_', ' ')}, the counter {counter} says {row[counter]}"
            )


def _check_range(row: dict[str, Any], partition: PartitionAudit) -> Iterator[Finding]:
    for name, offset in (("lowest", row["lowest"]), ("highest", row["highest"])):
        if offset is not None and not partition.first_offset <= offset < partition.next_offset:
            place = OffsetPlace(partition.kind, partition.partition, offset)
            consumed = f"consumed is {partition.first_offset} up to, not including, {partition.next_offset}"
            yield Finding("offset_range", place, f"the {name} offset in the ledger was never consumed: {consumed}")


def _shortages(connection: Connection[Any], rows: list[dict[str, Any]]) -> Iterator[Finding]:
    for row in rows:
        if row["ledger_rows"] != row["ledger"]:
            found = connection.execute(QUERIES["first_offset_without_row"], row).fetchone()
            offset, count = found if found else (None, 0)
            detail = f"{row['ledger_rows']} ledger rows, the counter says {row['ledger']}"
            if row["ledger_rows"] < row["ledger"]:
                detail += (
                    f"; {count} offsets have no row, the first is named, though ticks, ends, gaps and late duplicates "
                    "have none either"
                )
            else:
                offset = None
            yield Finding("ledger_rows", OffsetPlace(row["kind"], row["partition"], offset), detail)


def _twice(row: dict[str, Any]) -> Finding:
    place = OffsetPlace(row["kind"], row["partition"], row["source_offset"])
    return Finding("offset_twice", place, f"counted more than once: {', '.join(row['places'])}")


def _late(row: dict[str, Any]) -> Finding:
    place = OffsetPlace(row["kind"], row["partition"], row["source_offset"])
    if not row["has_row"]:
        return Finding("late", place, "an adjustment adds a late event that the ledger does not have")
    if not row["has_adjustment"]:
        return Finding("late", place, "a late ledger row that no adjustment adds")
    return Finding("late", place, "a late ledger row and its adjustment differ in measures or dimensions")
