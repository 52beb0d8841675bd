"""The services' data outlives stops, killed starts and ports that somebody else took."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from support.homes import temporary_home
from tollbook_cli.home import software_folder
from tollbook_cli.stack import Stack
from tollbook_cli.stack.errors import TamperedJarError
from tollbook_cli.stack.jars import KAFKA_VERSION, locked_jars, provide_jars
from tollbook_cli.state import running_stack
from tollbook_schemas.settings import Settings

SETTINGS = Settings()


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


def test_data_is_kept_when_all_ports_change(home: Path) -> None:
    _leave_half_made_folders(home)
    with Stack(home, SETTINGS, workers=()) as stack:
        first = stack.addresses
        assert running_stack(home) == first
        _produce(first.kafka, b"kept")
        _write_row(first.postgres_owner)
    assert running_stack(home) is None
    with ExitStack() as taken:
        for port in (_port_of(first.kafka), _port_of(first.postgres_owner)):
            taken.enter_context(socket.create_server(("127.0.0.1", port)))
        with Stack(home, SETTINGS, workers=()) as stack:
            assert _port_of(stack.addresses.kafka) != _port_of(first.kafka)
            assert _first_value(stack.addresses.kafka) == b"kept"
            assert _row_count(stack.addresses.postgres_owner) == 1


def test_a_tampered_jar_is_refused(tmp_path: Path) -> None:
    provide_jars(software_folder())
    folder = tmp_path / f"kafka-{KAFKA_VERSION}"
    shutil.copytree(software_folder() / folder.name, folder)
    assert len(provide_jars(tmp_path)) == len(locked_jars())
    victim = folder / locked_jars()[7].filename
    victim.write_bytes(victim.read_bytes() + b"\0")
    with pytest.raises(TamperedJarError, match="tollbook setup") as refused:
        provide_jars(tmp_path)
    assert refused.value.jar == victim


def _leave_half_made_folders(home: Path) -> None:
    for service in ("kafka", "postgres"):
        draft = home / service / "data.draft"
        draft.mkdir(parents=True)
        (draft / "half").write_text("a start was killed here")


def _port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1].split("/", 1)[0])


def _produce(kafka: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": kafka, "acks": "all"})
    producer.produce(SETTINGS.topics.events, value, partition=0)
    assert producer.flush(30) == 0


def _first_value(kafka: str) -> bytes | None:
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "kept"})
    try:
        consumer.assign([TopicPartition(SETTINGS.topics.events, 0, 0)])
        record = consumer.poll(30)
        return record.value() if record else None
    finally:
        consumer.close()


def _write_row(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS x")


def _row_count(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])
