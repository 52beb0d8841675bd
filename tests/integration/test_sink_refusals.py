"""What the sink refuses to go on with: it stops with a sentence that says what to do, and no offset has moved."""

import time
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions  # type: ignore[attr-defined]  # undeclared

from conftest import MakeSettings
from support.postgres import Database
from support.sink_checks import has_consumed
from support.sink_events import TICK, Message, message_of, usage_event
from support.sink_state import consumed, fetch
from support.sink_writer import LogWriter
from support.waiting import eventually
from support.workers import run_worker
from tollbook_cli.stack import prepare_topics
from tollbook_schemas.settings import Settings


def now_ms() -> int:
    return int(time.time() * 1000)


def write(settings: Settings, *messages: Message, timestamp_ms: int = 0) -> None:
    """Write to partition 0 of the live topic."""
    writer = LogWriter(settings.kafka)
    for message in messages:
        writer.write(settings.topics.events, 0, message, timestamp_ms)
    writer.flush()


def refusal(settings: Settings, database: Database, folder: Path) -> tuple[int, str]:
    """The exit code and the output of a sink that stops by itself."""
    with run_worker("sink", settings, database, folder) as sink:
        eventually(lambda: sink.exit_code is not None)
        return sink.exit_code or 0, " ".join(sink.output.split())


def run_until(settings: Settings, database: Database, folder: Path, offsets: int) -> None:
    """Run a sink until it has read that much."""
    with (
        psycopg.connect(database.owner, autocommit=True) as connection,
        run_worker("sink", settings, database, folder) as sink,
    ):
        eventually(lambda: has_consumed(connection, offsets, sink))
        assert sink.stop() == 0


def offsets_of(database: Database) -> int:
    with psycopg.connect(database.owner) as connection:
        return consumed(connection)


def test_an_event_of_a_newer_version(settings: Settings, database: Database, tmp_path: Path) -> None:
    write(settings, message_of(usage_event(1, now_ms())))
    run_until(settings, database, tmp_path, 1)
    write(settings, Message(b"k", b'{"schema_version": 2}', []))
    code, output = refusal(settings, database, tmp_path)
    assert code == 70
    assert "upgrade the consumers" in output
    assert offsets_of(database) == 1


def test_a_record_from_the_future(make_settings: MakeSettings, database: Database, tmp_path: Path) -> None:
    settings = make_settings(timestamps="CreateTime")
    write(settings, TICK, timestamp_ms=now_ms() + 600_000)
    code, output = refusal(settings, database, tmp_path)
    assert (code, offsets_of(database)) == (1, 0)
    assert "ahead of this machine's clock" in output


def test_a_topic_that_its_clients_stamp(make_settings: MakeSettings, database: Database, tmp_path: Path) -> None:
    settings = make_settings(timestamps="CreateTime").model_copy(update={"testing": False})
    write(settings, TICK)
    code, output = refusal(settings, database, tmp_path)
    assert (code, offsets_of(database)) == (1, 0)
    assert "message.timestamp.type=LogAppendTime" in output


def test_a_topic_that_was_made_anew(settings: Settings, database: Database, tmp_path: Path) -> None:
    write(settings, TICK)
    run_until(settings, database, tmp_path, 1)
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    admin.delete_topics([settings.topics.events])[settings.topics.events].result(30)
    eventually(lambda: settings.topics.events not in admin.list_topics(timeout=10).topics)
    prepare_topics(settings.kafka, settings)
    write(settings, TICK, TICK)
    code, output = refusal(settings, database, tmp_path)
    assert (code, offsets_of(database)) == (1, 1)
    assert "live source topic was deleted and made anew" in output


def test_a_log_that_lost_what_comes_next(settings: Settings, database: Database, tmp_path: Path) -> None:
    write(settings, TICK)
    run_until(settings, database, tmp_path, 1)
    write(settings, TICK, TICK, TICK)
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    cut = TopicPartition(settings.topics.events, 0, 3)
    admin.delete_records([cut])[cut].result(30)
    code, output = refusal(settings, database, tmp_path)
    assert (code, offsets_of(database)) == (1, 1)
    assert "begins at offset 3 and this database needs offset 1 next: 2 records left the log" in output


def test_a_log_that_begins_late_is_read_from_there(settings: Settings, database: Database, tmp_path: Path) -> None:
    write(settings, TICK, TICK, TICK)
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    cut = TopicPartition(settings.topics.events, 0, 2)
    admin.delete_records([cut])[cut].result(30)
    run_until(settings, database, tmp_path, 3)
    with psycopg.connect(database.owner) as connection:
        rows = {row[:2]: row[2:] for row in fetch(connection, "counts")}
    assert rows["live", 0] == (2, 3, 0, 0, 0, 0, 1, 0, 0)


def test_another_cluster(settings: Settings, database: Database, tmp_path: Path) -> None:
    write(settings, TICK)
    run_until(settings, database, tmp_path, 1)
    with psycopg.connect(database.owner) as connection:
        connection.execute("UPDATE llm_source_partitions SET cluster_id = 'another'")
    code, output = refusal(settings, database, tmp_path)
    assert code == 1
    assert "filled from Kafka cluster another" in output


def test_missing_topics(settings: Settings, database: Database, tmp_path: Path) -> None:
    code, output = refusal(settings.model_copy(update={"topic_prefix": "nowhere."}), database, tmp_path)
    assert code == 1
    assert "nowhere.usage-events" in output


def test_topics_that_do_not_pair_up(make_settings: MakeSettings, database: Database, tmp_path: Path) -> None:
    settings = make_settings()
    admin = AdminClient({"bootstrap.servers": settings.kafka})
    admin.create_partitions([NewPartitions(settings.topics.events, 5)])[settings.topics.events].result(30)
    code, output = refusal(settings, database, tmp_path)
    assert code == 1
    assert "has 5 partitions and" in output


@pytest.mark.parametrize("role", ["owner", "sink"])
def test_a_database_without_tables(settings: Settings, database: Database, tmp_path: Path, role: str) -> None:
    with psycopg.connect(database.owner) as connection:
        connection.execute("DROP TABLE llm_source_partitions CASCADE")
    code, output = refusal(settings, database, tmp_path)
    assert code == 1
    assert "run `tollbook migrate`" in output
