"""The simulated tables beside the real ones: what each holds, in one form."""

from dataclasses import astuple, replace
from importlib.resources import files
from typing import Any

from psycopg import Connection

from simulation.checks import told
from simulation.tables import Rows
from tollbook_schemas.measures import EVENTS, MEASURES
from tollbook_sinks.batches import Partition
from tollbook_sinks.keys import dimensions_digest
from tollbook_sinks.offsets import read_partitions
from tollbook_sinks.partitions import ChangelogPartition, SourcePartition
from tollbook_sinks.queries import split_queries

QUERIES = dict(split_queries(files("simulation").joinpath("postgres.sql").read_text(encoding="utf-8")))
PROMPT = MEASURES.index("prompt_tokens")
Contents = dict[str, set[tuple[Any, ...]]]


def read_tables(connection: Connection[Any]) -> Contents:
    """What Postgres holds."""
    return {name: set(connection.execute(query).fetchall()) for name, query in QUERIES.items()} | {
        "partitions": {_plain(partition) for partition in read_partitions(connection).values()}
    }


def simulated(rows: Rows) -> Contents:
    """What the simulated tables hold."""
    return {
        "ledger": {
            (name, row.stream, row.record.feed.partition, row.record.offset, row.on_time, row.digest)
            for name, row in rows.ledger.items()
        },
        "adjustments": {
            (
                *(feed.kind, feed.partition, offset, reason),
                *(entry.candidate.stream, entry.candidate.window_ms, dimensions_digest(entry.candidate.dimensions)),
                *(entry.measures[EVENTS], entry.measures[PROMPT]),
            )
            for (feed, offset, reason), entry in rows.adjustments.items()
        },
        "dead_letters": {
            (feed.kind, feed.partition, offset, letter.reason) for (feed, offset), letter in rows.dead_letters.items()
        },
        "partials": {
            (*key[:3], dimensions_digest(key[3]), value.applied, value.measures[EVENTS], value.measures[PROMPT])
            for key, value in rows.partials.items()
        },
        "rollups": {
            (*key[:2], dimensions_digest(key[2]), total[EVENTS], total[PROMPT]) for key, total in rows.rollups.items()
        },
        "windows": {(*window, state) for window, state in rows.windows.items()},
        "import_ends": {(*end, clock) for end, clock in rows.import_ends.items()},
        "totals": {
            (*key, total["events"], total.get("prompt_tokens", 0), total.get("calls_success", 0))
            for key, total in told(rows).items()
            if total.get("events")
        },
        "partitions": {_plain(partition) for partition in rows.partitions.values()},
        "counts": {
            (feed.kind, feed.partition, *astuple(partition.counts))
            for feed, partition in rows.partitions.items()
            if isinstance(partition, SourcePartition)
        },
    }


def _plain(partition: Partition) -> tuple[str]:
    """The width of a mark's windows is kept elsewhere, and a partition that is read back has counted nothing yet."""
    if isinstance(partition, ChangelogPartition):
        stored = replace(partition.mark, width_ms=0, open=dict(sorted(partition.mark.open.items(), key=str)))
        return (repr(replace(partition, mark=stored)),)
    return (repr(partition.for_batch()),)
