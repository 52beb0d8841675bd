"""Ledger against rollups, for one window: equal to the last measure, or where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import EVENTS, MEASURES, ZERO, Measures, to_sparse
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.lifecycle.queries import QUERIES
from tollbook_sinks.lifecycle.windows import Window

MAX_DIFFERENCES = 100
"""As many differences are listed; all are counted."""

_CALLS = tuple(MEASURES.index(f"calls_{status}") for status in ("success", "missing_usage", "timeout", "error"))


@dataclass(frozen=True, slots=True)
class Side:
    """A window's sums on one side, and the SHA-256 over its rows in the order of their keys."""

    sums: Measures
    digest: bytes

    @property
    def events(self) -> int:
        """Records counted."""
        return self.sums[EVENTS]

    @property
    def calls(self) -> int:
        """Calls counted, by whatever status they ended with."""
        return sum(self.sums[index] for index in _CALLS)


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one rollup row on which the sides disagree."""

    dimensions: Dimensions
    measure: str
    ledger: int
    rollup: int

    def as_json(self) -> dict[str, Any]:
        """Dimensions that are not null, the measure and both values."""
        dimensions = {name: value for name, value in self.dimensions._asdict().items() if value is not None}
        return {"dimensions": dimensions, "measure": self.measure, "ledger": self.ledger, "rollup": self.rollup}

    def __str__(self) -> str:
        named = ", ".join(f"{name}={value}" for name, value in self.as_json()["dimensions"].items())
        return f"{self.measure}: ledger {self.ledger}, rollups {self.rollup} ({named})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides of a window. `differences` holds the first MAX_DIFFERENCES of `difference_count`."""

    ledger: Side
    rollup: Side
    differences: tuple[Difference, ...]
    difference_count: int

    @property
    def is_equal(self) -> bool:
        """Whether every measure of every row is equal; the digests say it a second time."""
        return self.difference_count == 0 and self.ledger.digest == self.rollup.digest

    def sums_as_json(self) -> dict[str, int]:
        """The ledger's sums that are not zero, by name."""
        return to_sparse(self.ledger.sums)

    def differences_as_json(self) -> dict[str, Any]:
        """`{"count": all, "first": [{"dimensions", "measure", "ledger", "rollup"}, ...]}`."""
        return {"count": self.difference_count, "first": [entry.as_json() for entry in self.differences]}


def compare_window(connection: Connection[Any], rule: WindowRule, window: Window) -> Comparison:
    """Compare a window's on-time ledger rows with its gross totals and what was taken back from them.

    Before compaction the gross totals are the partials, after it the final rows. Reads in the caller's transaction.
    """
    parameters = {
        "stream": window.stream,
        "start": window.start,
        "end": window.end(rule),
        "zero": list(ZERO),
        "limit": MAX_DIFFERENCES,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(QUERIES["compare_window"], parameters).fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups always has one row")
    return Comparison(
        Side(_integers(row["ledger_sums"]), row["ledger_digest"]),
        Side(_integers(row["rollup_sums"]), row["rollup_digest"]),
        tuple(_difference(*entry) for entry in row["differences"] or ()),
        row["difference_count"],
    )


def _integers(sums: Sequence[Decimal | None]) -> Measures:
    """The sum of no rows is null in SQL, and zero here."""
    return tuple(int(value or 0) for value in sums)


def _difference(dimensions: list[Any], nth: int, ledger: int, rollup: int) -> Difference:
    return Difference(Dimensions(*dimensions), MEASURES[nth - 1], ledger, rollup)
