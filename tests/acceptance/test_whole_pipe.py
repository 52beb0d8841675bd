"""Calls, broker, processor, sink and maintainer together, each worker killed again and again; then all is compared."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from psycopg import sql

from acceptance.pipe_truth import Truth
from conftest import MakeSettings, Report
from support.postgres import Database
from support.waiting import eventually
from support.workers import WorkerProcess, run_worker
from tollbook_schemas import Settings, UsageEvent, encode_event

ROUNDS = 9
CALLS_A_ROUND = 700
QUERIES = dict(
    zip(*[iter(re.split(r"-- name: (\w+)\n", Path(__file__).with_name("pipe.sql").read_text())[1:])] * 2, strict=True)
)


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """Windows of seconds, so that they open, close and are proven while the calls go on."""
    return make_settings(
        window_seconds=4, grace_seconds=3, tick_idle_seconds=0.5, session_timeout_seconds=6, sink_batch_records=500
    )


@pytest.fixture
def workers(settings: Settings, database: Database, tmp_path: Path) -> Iterator[list[WorkerProcess]]:
    """One processor, one sink, one maintainer."""
    with ExitStack() as running:
        yield [
            running.enter_context(run_worker(command, settings, database, tmp_path))
            for command in ("processor", "sink", "maintain")
        ]


def test_nothing_is_lost_or_double_when_every_worker_is_killed(
    settings: Settings, database: Database, workers: list[WorkerProcess], tmp_path: Path, report: Report
) -> None:
    random = Random(20231116)
    truth = Truth(random)
    producer = Producer({"bootstrap.servers": settings.kafka, "enable.idempotence": True})
    kills = 0
    for nth in range(ROUNDS):
        victim = workers[nth % len(workers)]
        kill_at = random.randrange(CALLS_A_ROUND)
        for call in range(CALLS_A_ROUND):
            _send(producer, settings, truth.call(), twice=random.random() < 0.02)
            if call == kill_at:
                victim.kill()
                kills += 1
        producer.flush(30)
        victim.restart()
        _until_consumed(database, settings)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        eventually(lambda: _one(connection, "unfinished_windows") == 0, timeout=120)
        ids = [str(row[0]) for row in _rows(connection, "ledger_ids")]
        lost, double = len(truth.events.keys() - set(ids)), len(ids) - len(set(ids))
        report(f"rounds {ROUNDS}, kills {kills}, events {len(truth.events)}, lost {lost}, double {double}")
        assert set(ids) == set(truth.events)
        assert double == 0
        assert _one(connection, "disputed_windows") == 0
        assert _rows(connection, "final_totals") == truth.by_project()
        assert _rows(connection, "session_totals") == truth.by_session()
    with run_worker("audit", settings, database, tmp_path) as audit:
        eventually(lambda: audit.exit_code is not None)
        assert audit.exit_code == 0, audit.output


def _send(producer: Producer, settings: Settings, event: UsageEvent, *, twice: bool) -> None:
    key, value = encode_event(event)
    for _ in range(2 if twice else 1):
        producer.produce(settings.topics.events, key=key, value=value)
    producer.poll(0)


def _until_consumed(database: Database, settings: Settings) -> None:
    """Until the sink has read what was in the log when the round ended."""
    consumer = Consumer({"bootstrap.servers": settings.kafka, "group.id": "watermarks"})
    count = len(consumer.list_topics(settings.topics.events).topics[settings.topics.events].partitions)
    ends = [
        consumer.get_watermark_offsets(TopicPartition(settings.topics.events, number), timeout=10)[1]
        for number in range(count)
    ]
    consumer.close()
    with psycopg.connect(database.owner, autocommit=True) as connection:
        eventually(lambda: _one(connection, "consumed") >= sum(ends), timeout=60)


def _rows(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> list[tuple[object, ...]]:
    return connection.execute(sql.SQL(QUERIES[name])).fetchall()


def _one(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> int:
    return int(str(_rows(connection, name)[0][0]))
