"""Reads back what the sink left in Postgres, in the shapes of `sink_truth`."""

from collections import Counter
from importlib.resources import files
from typing import Any

from psycopg import Connection

from support.sink_truth import AdjustmentFact, LedgerFact, Place, Truth
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.queries import split_queries

QUERIES = dict(split_queries(files("support").joinpath("sink_state.sql").read_text(encoding="utf-8")))
COUNTS = ("ledger", "duplicates", "conflicts", "dead_letters", "ticks", "ends", "gaps")


def fetch(connection: Connection[Any], query: str) -> list[tuple[Any, ...]]:
    """All rows of a named query."""
    return connection.execute(QUERIES[query]).fetchall()


def consumed(connection: Connection[Any]) -> int:
    """Source offsets read so far, all partitions together."""
    return int(fetch(connection, "consumed")[0][0])


def read_state(connection: Connection[Any]) -> Truth:
    """Everything that came of the source topics. Asserts that nothing is there twice."""
    ledger = fetch(connection, "ledger")
    state = Truth(
        ledger={row[0]: LedgerFact(row[1:4], *row[4:]) for row in ledger},
        adjustments={row[:3]: AdjustmentFact(*row[3:]) for row in fetch(connection, "adjustments")},
        dead={row[:3]: row[3] for row in fetch(connection, "dead")},
        ends=set(fetch(connection, "ends")),
        counts=_counts(connection),
    )
    assert len(state.ledger) == len(ledger), "an id stands in the ledger twice"
    return state


def _counts(connection: Connection[Any]) -> dict[tuple[StreamKind, int], Counter[str]]:
    counts: dict[tuple[StreamKind, int], Counter[str]] = {}
    for kind, partition, first, following, *values in fetch(connection, "counts"):
        assert following - first == sum(values)
        counts[kind, partition] = Counter(dict(zip(COUNTS, values, strict=True)))
    return counts


def lost_and_double(truth: Truth, state: Truth) -> tuple[set[Place], set[Place]]:
    """Places of ledger rows that are missing, and of rows that nobody wrote."""
    meant = {fact.place for fact in truth.ledger.values()}
    found = {fact.place for fact in state.ledger.values()}
    return meant - found, found - meant
