"""What the simulator takes Postgres for is what Postgres is: the same batches leave the same rows and verdicts."""

from datetime import date
from typing import Any

import pytest
from psycopg import Connection

from simulation.journal import Journal
from simulation.postgres import read_tables, simulated
from simulation.rules import RULE
from simulation.schedule import random_schedule, run
from simulation.sink import LOG_ID
from support.postgres import Database
from tollbook_sinks.batches import Batch
from tollbook_sinks.database import connect as connect_sink
from tollbook_sinks.lifecycle.compaction import Verdict, compact_window
from tollbook_sinks.lifecycle.passes import close_windows
from tollbook_sinks.lifecycle.session import connect as connect_maintainer
from tollbook_sinks.offsets import register
from tollbook_sinks.writing import ensure_days, write_batch

ALL_FAULTS_BUT_IMPORTS, IMPORTS_TOO = b"\xff\xfe\x0d\x00", b"\xff\xff\x0d\x00"


@pytest.mark.parametrize("head", [ALL_FAULTS_BUT_IMPORTS, IMPORTS_TOO])
@pytest.mark.parametrize("number", range(4))
def test_a_schedule_leaves_the_same_in_postgres(database: Database, head: bytes, number: int) -> None:
    journal = Journal()
    run([head, *random_schedule(11, number)[1:]], journal)
    assert journal.rows.rollups
    with connect_sink(database.sink) as sink, connect_maintainer(database.owner, "simulated") as maintainer:
        register(sink, [(feed, LOG_ID, 0) for feed in journal.rows.partitions])
        days: set[date] = set()
        for entry in journal.entries:
            if isinstance(entry, Batch):
                ensure_days(sink, entry, days)
                write_batch(sink, entry)
            elif isinstance(entry, Verdict):
                _assert_judges_alike(maintainer, entry)
            else:
                assert set(close_windows(maintainer, RULE)) == set(entry)
        assert read_tables(maintainer) == simulated(journal.rows)


def _assert_judges_alike(maintainer: Connection[Any], simulated_verdict: Verdict) -> None:
    verdict = compact_window(maintainer, RULE, simulated_verdict.window)
    assert verdict
    assert verdict.state == simulated_verdict.state
    assert verdict.comparison.ledger.sums == simulated_verdict.comparison.ledger.sums
    assert verdict.comparison.rollup.sums == simulated_verdict.comparison.rollup.sums
    assert verdict.comparison.difference_count == simulated_verdict.comparison.difference_count
