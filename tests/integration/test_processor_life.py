"""A processor's life: it starts only where it may, moves idle clocks, shares partitions, stops cleanly or says why."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions  # type: ignore[attr-defined]  # undeclared

from support.processor_changelog import read_changelog
from support.processor_events import import_named
from support.processor_flow import Flow
from support.processor_worker import run_processor, wait_until_folded
from support.waiting import eventually
from support.workers import WorkerProcess
from tollbook_processors import EXIT_CODE, topic_checks
from tollbook_processors.errors import TopicsError
from tollbook_processors.topic_checks import check_topics
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS

MakeSettings = Callable[..., Settings]


def test_topics_as_they_must_be_pass(settings: Settings) -> None:
    check_topics(settings.model_copy(update={"testing": False}))


def test_missing_topics_are_named(settings: Settings) -> None:
    other = settings.model_copy(update={"topic_prefix": "nobody-made."})
    with pytest.raises(TopicsError, match=r"missing: nobody-made\.usage-events"):
        check_topics(other)


def test_unequal_partitions_are_refused(settings: Settings) -> None:
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    for grown in admin.create_partitions([NewPartitions(settings.topics.imports, settings.partitions + 1)]).values():
        grown.result(30)
    expected = f"usage-imports has {settings.partitions + 1} partitions and .*import-rollups has {settings.partitions}:"

    def refused() -> bool:
        try:
            check_topics(settings)
        except TopicsError as error:
            return re.search(expected, str(error)) is not None
        return False

    eventually(refused)


def test_client_timestamps_are_refused_unless_for_testing(make_settings: MakeSettings) -> None:
    settings = make_settings(timestamps="CreateTime")
    check_topics(settings)
    with pytest.raises(TopicsError, match=r"message\.timestamp\.type=CreateTime"):
        check_topics(settings.model_copy(update={"testing": False}))


def test_no_broker_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_checks, "TIMEOUT_SECONDS", 1.0)
    with pytest.raises(TopicsError, match=r"127\.0\.0\.1:1 does not answer"):
        check_topics(Settings(kafka="127.0.0.1:1"))


def test_ticks_close_the_windows_of_idle_partitions(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(window_seconds=1, grace_seconds=0, tick_idle_seconds=0.3)
    flow = Flow(settings, 1, settings.partitions)
    with run_processor(settings, tmp_path):
        flow.imported(20, import_named(1))
        flow.end(import_named(1))
        flow.flush()
        wait_until_folded(settings, flow)

        def clocks_move_where_nothing_else_happens() -> bool:
            marks = read_changelog(settings.kafka, settings.topics.rollups, "live").marks
            return len(marks) == settings.partitions and all(mark.through > 1 for mark in marks.values())

        eventually(clocks_move_where_nothing_else_happens)
    marks = read_changelog(settings.kafka, settings.topics.import_rollups, "import").marks
    assert {tuple(mark.open) for mark in marks.values()} == {()}
    assert {tuple(mark.ended) for mark in marks.values()} == {(import_named(1),)}


def test_two_workers_share_the_partitions_and_one_takes_over_what_a_killed_one_left(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(session_timeout_seconds=6)
    second = settings.model_copy(update={"processor_instance": "processor-2"})
    flow = Flow(settings, 3, settings.partitions)
    with run_processor(settings, tmp_path) as one:
        write(flow, 2000)
        wait_until_folded(settings, flow)
        with run_processor(second, tmp_path) as two:
            eventually(lambda: ": adopted," in two.output, 60)
            write(flow, 2000)
            wait_until_folded(settings, flow)
            write(flow, 1000)
            two.kill()
            write(flow, 1000)
            wait_until_folded(settings, flow, 90)
        assert one.exit_code is None, one.output
    for kind in STREAM_KINDS:
        assert read_changelog(settings.kafka, settings.topics.changelog(kind), kind).totals() == flow.result(kind)


def test_a_record_of_a_newer_version_stops_the_worker_with_one_clear_line(settings: Settings, tmp_path: Path) -> None:
    producer = Producer({"bootstrap.servers": settings.kafka})
    producer.produce(settings.topics.events, b'{"schema_version":2}', b"key", 0)
    producer.flush(30)
    with run_processor(settings, tmp_path) as worker:
        assert ended(worker) == EXIT_CODE
    [line] = [line for line in worker.output.splitlines() if " CRITICAL " in line]
    assert "upgrade the consumers" in line
    assert "Traceback" not in worker.output


def test_a_source_log_that_was_cut_beyond_the_mark_stops_the_worker(settings: Settings, tmp_path: Path) -> None:
    flow = Flow(settings, 5, settings.partitions)
    with run_processor(settings, tmp_path) as worker:
        write(flow, 500)
        wait_until_folded(settings, flow)
        assert worker.stop() == 0, worker.output
        write(flow, 500)
        cut = TopicPartition(settings.topics.imports, 0, flow.last[settings.topics.imports, 0])
        admin = AdminClient({"bootstrap.servers": settings.kafka})
        for deleted in admin.delete_records([cut]).values():
            deleted.result(30)
        worker.restart()
        assert ended(worker) == EXIT_CODE
    assert "of the source log, which begins at" in worker.output
    assert "kafka-delete-records" in worker.output


def write(flow: Flow, count: int) -> None:
    """A mixed flow that is in the log on return."""
    flow.live(count * 4 // 5)
    flow.imported(count // 5, import_named(1))
    flow.flush()


def ended(worker: WorkerProcess) -> int:
    """The exit code of a worker that stops by itself."""
    eventually(lambda: worker.exit_code is not None, 60)
    assert worker.exit_code is not None
    return worker.exit_code
