"""Topics that grow while calls go on, and while the command is killed at each seam: nothing is lost or double."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from confluent_kafka.admin import AdminClient, NewPartitions  # type: ignore[attr-defined]  # undeclared
from psycopg import Connection

from conftest import MakeSettings, Report
from support.cluster_pipe import Pipe, running_pipe
from support.flow import running_flow
from support.growing_killed import POINTS
from support.lifecycle_case import HOUR, IMPORT, START, call, open_case
from support.postgres import Database
from support.waiting import eventually
from support.workers import run_worker
from tollbook_cli.environment import settings_environment
from tollbook_cli.reporting import unreported
from tollbook_schemas.generations import Generations
from tollbook_schemas.settings import Settings
from tollbook_sinks.errors import PartitionCountError
from tollbook_sinks.growing import GrowingRefusedError, grow
from tollbook_sinks.topology import describe_topics

CALLS = 150
ACTIONS = "SELECT outcome, why FROM llm_admin_actions ORDER BY id"
FOLDED = "SELECT sum(through) FROM llm_changelog_partitions"
GENERATION = "SELECT generation FROM llm_generations WHERE kind = 'live'"
SERVED = "SELECT count(*) FROM llm_source_partitions WHERE kind = 'live' AND ledger > 0"


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """Windows of seconds, so that they close and are proven while topics grow."""
    return make_settings(
        partitions=2, window_seconds=4, grace_seconds=3, tick_idle_seconds=0.5, session_timeout_seconds=6
    )


def sizes(settings: Settings) -> set[int]:
    topics = AdminClient({"bootstrap.servers": settings.kafka}).list_topics(timeout=10).topics
    return {len(topics[name].partitions) for name in settings.topics.all}


def partitions_of(settings: Settings, topic: str) -> int:
    return len(AdminClient({"bootstrap.servers": settings.kafka}).list_topics(timeout=10).topics[topic].partitions)


def run_grow(settings: Settings, database: Database, wanted: int, point: str | None = None) -> int:
    """The command's exit code, negative where it was killed."""
    module = ["tollbook_cli"] if point is None else ["support.growing_killed", point]
    return run(settings, database, "topics", "grow", str(wanted), "--why", "more calls", module=module)


def run(settings: Settings, database: Database, *command: str, module: Sequence[str] = ("tollbook_cli",)) -> int:
    owner = settings.model_copy(update={"postgres": database.owner})
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", *module, *command],
        env={**os.environ, **settings_environment(owner), "PYTHONPATH": tests},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode <= 0, done.stdout + done.stderr
    return done.returncode


def one(connection: Connection[Any], query: str) -> Any:
    return (connection.execute(query.encode()).fetchone() or (None,))[0]


def restart_all(pipe: Pipe) -> None:
    """As after a crash of the machine: the supervisor starts them again."""
    for worker in pipe.workers:
        worker.kill()


def test_nothing_is_lost_or_double_when_it_is_killed_at_each_seam(
    *, settings: Settings, database: Database, tmp_path: Path, report: Report
) -> None:
    with running_pipe(settings, database, tmp_path) as pipe, running_flow(settings) as flow:
        eventually(lambda: pipe.ledger_size() > CALLS, 60)
        for point in POINTS:
            assert run_grow(settings, database, 5, point) == -9
            restart_all(pipe)
            flow.go_on(CALLS)
        assert run_grow(settings, database, 5) == 0
        assert sizes(settings) == {5}
        with psycopg.connect(database.owner, autocommit=True) as connection:
            eventually(lambda: one(connection, SERVED) == 5, 60)
        flow.go_on(CALLS)
        flow.finish()
        outcome = pipe.compare(flow)
        report(f"kills {len(POINTS)} and all workers as often, restarts {len(pipe.restarts)}, {outcome}")
        assert outcome.is_exact
        assert set(flow.partitions) == set(range(5))
        check_record(settings, database, tmp_path)


def check_record(settings: Settings, database: Database, folder: Path) -> None:
    """Every run is on record, and every offset accounted for."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        outcomes = [outcome for outcome, _ in connection.execute(ACTIONS)]
        assert outcomes == ["begun"] * (len(POINTS) - 1) + ["begun", "done"] * 2
    with run_worker("audit", settings, database, folder) as audit:
        eventually(lambda: audit.exit_code is not None)
        assert audit.exit_code == 0, audit.output


def test_two_processors_take_the_new_partitions_by_themselves_after_a_replay(
    settings: Settings, database: Database, tmp_path: Path, report: Report
) -> None:
    other = settings.model_copy(update={"processor_instance": "processor-2"})
    workers = [("processor", settings), ("processor", other), ("sink", settings), ("maintain", settings)]
    with running_pipe(settings, database, tmp_path, workers) as pipe, running_flow(settings) as flow:
        with psycopg.connect(database.owner, autocommit=True) as connection:
            eventually(lambda: (one(connection, FOLDED) or 0) > CALLS, 60)
        assert run(settings, database, "replay", "--why", "before") == 0
        flow.go_on(CALLS)
        assert run_grow(settings, database, 4) == 0
        assert run_grow(settings, database, 4) == 0
        flow.go_on(CALLS)
        flow.finish()
        outcome = pipe.compare(flow)
        report(f"restarts {pipe.restarts}, {outcome}")
        assert outcome.is_exact
        assert set(flow.partitions) == set(range(4))
        assert not [restart for restart in pipe.restarts if not restart.startswith("processor")]
        with psycopg.connect(database.owner, autocommit=True) as connection:
            assert one(connection, GENERATION) == 2
    assert partitions_of(settings, settings.of_generations(Generations(live=2)).topics.rollups) == 4


def test_it_is_refused_while_an_import_is_not_compacted(settings: Settings, database: Database) -> None:
    with open_case(database) as case, psycopg.connect(database.owner, autocommit=True) as connection:
        case.log.event(call(), START + HOUR, 0, IMPORT)
        case.log.sink()
        with pytest.raises(GrowingRefusedError, match=f"the import {IMPORT} is not compacted"):
            grow(settings, connection, 4, unreported)
        assert sizes(settings) == {2}


def test_topics_never_shrink(settings: Settings, database: Database) -> None:
    with psycopg.connect(database.owner, autocommit=True) as connection:
        with pytest.raises(GrowingRefusedError, match="has 2 partitions: topics only grow"):
            grow(settings, connection, 1, unreported)
        assert grow(settings, connection, 2, unreported).grown == ()
        assert grow(settings, connection, 3, unreported).recorded == 0
        assert sizes(settings) == {3}


def test_a_source_topic_that_someone_grew_alone_is_refused_and_put_right(
    settings: Settings, database: Database
) -> None:
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    admin.create_partitions([NewPartitions(settings.topics.events, 3)])[settings.topics.events].result(30)
    eventually(lambda: sizes(settings) == {2, 3})
    with pytest.raises(PartitionCountError, match="tollbook topics grow"):
        describe_topics(settings)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        grow(settings, connection, 3, unreported)
    assert len(describe_topics(settings)) == 12
