"""What a killed worker leaves on disk, says on its output and has sent to Kafka, byte by byte: no marker."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from confluent_kafka import Consumer, TopicPartition

from support.privacy_markers import traces_in
from support.privacy_server import Behaviour, leaky_server
from support.privacy_worker import OVER
from tollbook_cli.environment import settings_environment
from tollbook_producers.spool.drain import drain
from tollbook_schemas import Settings

TESTS = Path(__file__).parents[1]
PATIENCE = 120.0
NO_BROKER = "127.0.0.1:1"


@pytest.fixture
def spooling(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a worker whose broker is away and whose spool is its own."""
    return settings.model_copy(update={"kafka": NO_BROKER, "spool_dir": tmp_path / "spool"})


@contextmanager
def worker(url: str, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **settings_environment(settings), "PYTHONPATH": str(TESTS)}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "support.privacy_worker", url],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def killed_worker(settings: Settings) -> bytes:
    """Let a worker make all calls and kill it in the middle of the last one; everything that it said."""
    with leaky_server() as server, worker(server.url, settings) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.strip() == OVER.encode():
                break
        server.behaviour = Behaviour("silent")
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert server.arrived.wait(PATIENCE), b"".join(said)
        process.kill()
        return b"".join([*said, process.stdout.read()])


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def records(settings: Settings) -> list[bytes]:
    """Every record of the events topic: key, value and headers."""
    consumer = Consumer({"bootstrap.servers": settings.kafka, "group.id": token_hex(6), "enable.auto.commit": False})
    found: list[bytes] = []
    try:
        for partition in range(settings.partitions):
            place = TopicPartition(settings.topics.events, partition, 0)
            _, high = consumer.get_watermark_offsets(place, timeout=20)
            consumer.assign([place])
            for message in consumer.consume(high, timeout=20) if high else ():
                found.append(
                    b"|".join([message.key() or b"", message.value() or b"", repr(message.headers()).encode()])
                )
    finally:
        consumer.close()
    return found


def test_a_killed_worker_leaves_no_content(settings: Settings, spooling: Settings) -> None:
    said = killed_worker(spooling)
    left = files_in(spooling.spool_folder)
    assert b"s-1" in b"".join(left.values()), said
    assert traces_in(left.values()) == []
    assert traces_in(str(path).encode() for path in left) == []
    assert traces_in([said]) == []

    drained = drain(settings.model_copy(update={"spool_dir": spooling.spool_dir}), PATIENCE, _quietly, any_kafka=True)
    sent = records(settings)
    assert drained.recovered.interrupted == 1
    assert len(sent) == drained.recovered.outcomes + drained.recovered.interrupted
    assert sum(b'"interrupted"' in record for record in sent) == 1
    assert traces_in(sent) == []
    assert traces_in(files_in(spooling.spool_folder).values()) == []


def _quietly(_name: str, _done: int, _of: int) -> None:
    """Nobody watches."""
