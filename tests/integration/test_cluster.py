"""Three real nodes under load, killed again and again: what reaches Postgres is the truth."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from conftest import MakeSettings, Report
from support.cluster import Cluster, running_cluster
from support.cluster_load import running_load
from support.cluster_pipe import running_pipe
from support.cluster_rounds import Scene, attack
from support.postgres import Database
from support.waiting import eventually
from support.workers import run_worker
from tollbook_processors.errors import TopicsError
from tollbook_processors.topic_checks import check_topics
from tollbook_schemas.settings import Settings

pytestmark = pytest.mark.xdist_group("cluster")

SEED = 20260301
ATTACKS = ("kill_a_leader", "kill_the_next_leader_too", "kill_two")
CALLS = 400


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Three nodes for all tests of this file; each test leaves all of them running."""
    with running_cluster() as running:
        yield running


def test_nothing_is_lost_or_double_when_leaders_are_killed(
    cluster: Cluster, database: Database, tmp_path: Path, report: Report
) -> None:
    settings, random = cluster.settings("leaders."), Random(SEED)
    cluster.make_topics(settings)
    with running_pipe(settings, database, tmp_path) as pipe, running_load(settings, tmp_path, SEED) as load:
        for name in ATTACKS:
            attack(Scene(cluster, load, settings), name, random)
        load.finish()
        outcome = pipe.compare(load)
        report(f"rounds {len(ATTACKS)}, kills {cluster.kills}, restarts {pipe.restarts}, {outcome}")
        assert outcome.is_exact


def test_below_min_isr_calls_go_on_and_the_rest_waits(
    cluster: Cluster, database: Database, tmp_path: Path, report: Report
) -> None:
    """The replicas are on two of the nodes, so that the controllers keep their majority when one of these dies."""
    settings = cluster.settings("isr.")
    cluster.make_topics(settings, replicas=(1, 2))
    with running_pipe(settings, database, tmp_path) as pipe, running_load(settings, tmp_path, SEED) as load:
        eventually(lambda: pipe.ledger_size() > 0, 60)
        cluster.kill(2)
        eventually(lambda: cluster.in_sync(settings.topics.events) == [{1}] * settings.partitions, 60)
        in_time = load.calls
        cluster.make_topics(cluster.settings("majority."), replicas=(1, 3))
        load.go_on(CALLS)
        assert pipe.ledger_size() <= in_time
        cluster.start(2)
        cluster.wait_until_whole()
        load.finish()
        outcome = pipe.compare(load)
        report(f"restarts {pipe.restarts}, {outcome}")
        assert outcome.is_exact
        assert not [why for why in pipe.restarts if not why.startswith("processor:")]
        assert not [worker for worker in pipe.workers if worker.command == "processor" and "Traceback" in worker.output]


def test_what_cannot_go_on_by_itself_says_what_to_do(
    cluster: Cluster, database: Database, make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = cluster.settings("refused.")
    cluster.make_topics(settings)
    with run_worker("sink", settings, database, tmp_path) as sink:
        eventually(lambda: "reading 16 partitions" in sink.output, 60)
        assert sink.stop() == 0
    elsewhere = make_settings(window_seconds=settings.window_seconds)
    assert "leads to cluster" in _refusal(elsewhere, database, tmp_path)
    cluster.delete_topic(settings.topics.events)
    assert "create them (`tollbook up` does)" in _refusal(settings, database, tmp_path)
    with pytest.raises(TopicsError, match=r"missing: refused\.usage-events: create them"):
        check_topics(settings)
    cluster.make_topics(settings, only=settings.topics.events)
    assert "live source topic was deleted and made anew" in _refusal(settings, database, tmp_path)


def _refusal(settings: Settings, database: Database, folder: Path) -> str:
    """What a sink says that stops by itself."""
    with run_worker("sink", settings, database, folder) as sink:
        before = len(sink.output)
        eventually(lambda: sink.exit_code is not None, 60)
        assert sink.exit_code == 1
        return " ".join(sink.output[before:].split())
