"""What every sink test asks in the end."""

from typing import Any

from psycopg import Connection

from support.sink_state import consumed, lost_and_double, read_state
from support.sink_truth import Truth
from support.workers import WorkerProcess


def has_consumed(connection: Connection[Any], offsets: int, *sinks: WorkerProcess) -> bool:
    """Whether that many source offsets are read. A sink that ended fails the test with its log."""
    for sink in sinks:
        assert sink.exit_code is None, sink.output
    return consumed(connection) >= offsets


def total_of(truth: Truth) -> int:
    """Source offsets that were written."""
    return sum(sum(of_partition.values()) for of_partition in truth.counts.values())


def assert_exact(connection: Connection[Any], truth: Truth) -> str:
    """Assert that Postgres holds the truth, all of it and nothing else; returns a line of figures."""
    state = read_state(connection)
    lost, double = lost_and_double(truth, state)
    assert not lost
    assert not double
    assert state.ledger == truth.ledger
    assert state.adjustments == truth.adjustments
    assert state.dead == truth.dead
    assert state.ends == truth.ends
    assert state.counts == truth.counts
    return f"records {total_of(truth)}, ledger {len(state.ledger)}, lost {len(lost)}, double {len(double)}"
