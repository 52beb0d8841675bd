"""What Postgres says, read in one snapshot."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, IsolationLevel

from tollbook_sinks.queries import split_queries

QUERIES = dict(split_queries(Path(__file__).with_name("truth.sql").read_text()))


class LedgerRow(NamedTuple):
    """As much of a ledger row as the truth knows."""

    id: str
    name: str | None
    session: str | None
    project: str | None
    model: str
    use_case: str
    status: str
    error_type: str | None
    prompt: int | None
    completion: int | None
    created_ms: int
    stream: str


TotalKey = tuple[str, int, str | None, str, str]
"""Stream, window's start (ms), project, model, use case."""
Figures = tuple[int, ...]
"""Events, successes, missing usage, errors, prompt tokens, completion tokens; of sessions events and both tokens."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that is compared. `positions`: kind and partition to the sink's next offset and the mark's."""

    ledger: list[LedgerRow]
    totals: Mapping[TotalKey, Figures]
    sessions: Mapping[str, Figures]
    compacted: set[tuple[str, int]]
    unfinished: int
    disputed: int
    dead: Counter[str]
    positions: Mapping[tuple[str, int], tuple[int, int]]


def read_tables(dsn: str) -> Tables:
    """All of it. Raises psycopg.OperationalError while Postgres is away."""
    with psycopg.connect(dsn, connect_timeout=5) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        ((unfinished, disputed),) = _rows(connection, "unfinished")
        return Tables(
            ledger=[LedgerRow(*row) for row in _rows(connection, "ledger")],
            totals={row[:5]: row[5:] for row in _rows(connection, "totals")},
            sessions={row[0]: row[1:] for row in _rows(connection, "sessions")},
            compacted=set(_rows(connection, "compacted")),
            unfinished=unfinished,
            disputed=disputed,
            dead=Counter(dict(_rows(connection, "dead"))),
            positions=_positions(connection),
        )


def read_positions(dsn: str) -> Mapping[tuple[str, int], tuple[int, int]]:
    """The positions alone."""
    with psycopg.connect(dsn, connect_timeout=5) as connection:
        return _positions(connection)


def _positions(connection: Connection[Any]) -> Mapping[tuple[str, int], tuple[int, int]]:
    return {(kind, number): (ledger, mark) for kind, number, ledger, mark in _rows(connection, "positions")}


def _rows(connection: Connection[Any], name: str) -> list[tuple[Any, ...]]:
    return connection.execute(QUERIES[name]).fetchall()
