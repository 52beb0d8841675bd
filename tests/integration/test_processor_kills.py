"""Killed with -9 while usage flows: nothing is lost, nothing counts twice, the whole result is the truth.

The group would wait five minutes for a member that is gone: whoever adopts within one has taken the dead one's place.
"""

from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # undeclared

from conftest import MakeSettings, Report
from support.processor_changelog import read_changelog
from support.processor_events import Totals
from support.processor_flow import Flow, FlowThread
from support.processor_worker import run_processor, wait_until_folded
from support.waiting import eventually
from support.workers import WorkerProcess
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS

EVENTS, KILLS, SEED = 50_000, 5, 20260
PORTION = EVENTS // (KILLS + 1) + 1
SESSION_SECONDS = 300


def test_five_kills_while_fifty_thousand_events_flow(
    make_settings: MakeSettings, tmp_path: Path, report: Report
) -> None:
    settings = make_settings(session_timeout_seconds=SESSION_SECONDS)
    flow, random = Flow(settings, SEED, settings.partitions), Random(SEED)
    flowing = FlowThread(flow, KILLS + 1, PORTION)
    flowing.start()
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    size, unfolded, restarts = 0, [], []
    with run_processor(settings, tmp_path) as worker:
        seconds_until_adopted(worker, 2)
        for kills in range(KILLS):
            flowing.ask()
            least = size + random.randrange(1, PORTION // 10)
            size = eventually(partial(size_beyond, admin, settings, least), 60)
            worker.kill()
            unfolded.append(flow.written - folded(settings))
            worker.restart()
            restarts.append(seconds_until_adopted(worker, 2 * (kills + 2)))
        flowing.ask()
        flowing.join(60)
        assert flowing.failure is None
        wait_until_folded(settings, flow)
    assert flow.written >= EVENTS
    assert worker.exit_code == 0, worker.output
    assert any(unfolded), "no kill met a worker that had something left to fold"
    lost, double = compare(settings, flow)
    report(
        f"rounds {KILLS + 1}, kills {KILLS}, records {flow.written}, lost {lost}, double {double}; "
        f"not yet folded at the kills: {unfolded}; from restart to adoption: median {median(restarts):.1f} s"
    )


def seconds_until_adopted(worker: WorkerProcess, adoptions: int) -> float:
    """How long it takes until a worker and its earlier runs have taken partitions over so often."""
    begin = monotonic()
    eventually(lambda: worker.output.count(": adopted,") == adoptions, SESSION_SECONDS / 5)
    return monotonic() - begin


def folded(settings: Settings) -> int:
    """Records that the marks account for, ticks among them."""
    marks = (read_changelog(settings.kafka, settings.topics.changelog(kind), kind).marks for kind in STREAM_KINDS)
    return sum(mark.through + 1 for found in marks for mark in found.values())


def size_beyond(admin: AdminClient, settings: Settings, least: int) -> int:
    """Records ever written to both changelogs, once they are that many."""
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # confluent-kafka's
    offsets = admin.list_offsets(
        {
            TopicPartition(settings.topics.changelog(kind), partition): latest
            for kind in STREAM_KINDS
            for partition in range(settings.partitions)
        }
    )
    try:
        size: int = sum(answer.result(10).offset for answer in offsets.values())
    except KafkaException as error:
        raise AssertionError("the topics are too new") from error
    assert size >= least
    return size


def compare(settings: Settings, flow: Flow) -> tuple[int, int]:
    """Events lost and events counted twice; the whole result must be equal."""
    lost = double = 0
    for kind in STREAM_KINDS:
        found = read_changelog(settings.kafka, settings.topics.changelog(kind), kind).totals()
        truth = flow.result(kind)
        lost += excess(truth, found)
        double += excess(found, truth)
        assert found == truth, f"{kind}: lost {lost}, double {double}"
    return lost, double


def excess(left: Totals, right: Totals) -> int:
    """How many events one has more than the other, key by key."""
    return sum(max(0, total["events"] - right.get(key, {}).get("events", 0)) for key, total in left.items())
