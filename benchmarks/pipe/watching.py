"""Looks at Postgres from outside, as somebody who asks for a bill would, and remembers when what was there."""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from threading import Event, Thread
from typing import NamedTuple

import psycopg
from psycopg import sql

from tollbook_sinks.queries import split_queries

QUERIES = {
    name: sql.SQL(query)
    for name, query in split_queries(files("benchmarks.pipe").joinpath("sql", "queries.sql").read_text())
}


class Seen(NamedTuple):
    """One look: when its answer was there (seconds since 1970), and what has come so far.

    `ledger` counts rows; `next_offset` and `through` are by partition: the ledger is read up to the one, the rollups'
    answer includes all up to the other.
    """

    at: float
    ledger: int
    next_offset: tuple[int, ...]
    through: tuple[int, ...]

    @property
    def folded(self) -> int:
        """Ledger rows that the rollups' answer includes too. Exact while all records are new events."""
        pairs = zip(self.next_offset, self.through, strict=True)
        return self.ledger - sum(following - 1 - through for following, through in pairs)


@dataclass(slots=True)
class Timeline:
    """Looks in the order of time."""

    looks: list[Seen] = field(default_factory=list)

    def appeared(self, partition: int, offset: int) -> tuple[float, float] | None:
        """When a record was first seen in the ledger and in the rollups, None while it is not in both.

        Late by at most the time between two looks, never early.
        """
        in_rollups = bisect_right(self.looks, offset - 1, key=lambda seen: seen.through[partition])
        in_ledger = bisect_right(self.looks, offset, key=lambda seen: seen.next_offset[partition])
        if max(in_ledger, in_rollups) >= len(self.looks):
            return None
        return self.looks[in_ledger].at, self.looks[in_rollups].at


def look(connection: psycopg.Connection) -> Seen | None:
    """What has come so far; None while the sink has not recorded its partitions."""
    rows = connection.execute(QUERIES["progress"]).fetchall()
    if not rows:
        return None
    _, following, through, ledger = zip(*rows, strict=True)
    return Seen(time.time(), sum(ledger), following, through)


Ask = Callable[[psycopg.Connection], Seen | None]


@contextmanager
def watching(dsn: str, every_seconds: float, ask: Ask = look) -> Iterator[Timeline]:
    """Looks again and again from another thread while the context lasts; `ask` is what a look does."""
    timeline, stop = Timeline(), Event()

    def watch() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            while not stop.wait(every_seconds):
                seen = ask(connection)
                if seen:
                    timeline.looks.append(seen)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield timeline
    finally:
        stop.set()
        thread.join()
