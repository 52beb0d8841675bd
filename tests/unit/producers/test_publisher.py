"""A broker that is not there never delays or breaks anything; what is lost is counted."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.provider_server import ProviderServer
from tollbook_producers import KafkaPublisher
from tollbook_producers.event_builder import build_event
from tollbook_producers.publisher import producer_config
from tollbook_schemas import Settings, UsageEvent, new_event_id

PATIENCE = 60.0
SCRIPTS = Path(__file__).parent / "scripts"


@pytest.fixture
def dead_broker() -> Iterator[str]:
    """The address of a port that is bound and does not listen."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{holder.getsockname()[1]}"


def event() -> UsageEvent:
    return build_event({"use_case": "x", "provider": "p", "model": "m", "status": "success"}, new_event_id())


def test_ten_thousand_events_for_a_dead_broker(dead_broker: str) -> None:
    publisher = KafkaPublisher(Settings(kafka=dead_broker))
    for _ in range(10_000):
        publisher.publish(event())
    assert (publisher.counters.snapshot().recorded, publisher.counters.snapshot().pending) == (10_000, 10_000)
    publisher.close(0.1)
    stats = publisher.counters.snapshot()
    assert (stats.delivered, stats.failed, stats.dropped, stats.pending) == (0, 10_000, 0, 0)


def test_a_full_queue_drops_and_counts(dead_broker: str) -> None:
    publisher = KafkaPublisher(Settings(kafka=dead_broker), max_queued=100)
    for _ in range(1_000):
        publisher.publish(event())
    assert (publisher.counters.snapshot().recorded, publisher.counters.snapshot().dropped) == (100, 900)
    publisher.close(0.1)


def test_delivery_is_idempotent_and_makes_no_topics() -> None:
    config = producer_config(Settings())
    assert (config["enable.idempotence"], config["acks"]) == (True, "all")
    assert config["allow.auto.create.topics"] is False


def run_script(name: str, *arguments: str, **environment: str) -> str:
    """Run a script as a process of its own; it must end by itself, well and without a word on stderr."""
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / name), *arguments],
        env={"PATH": "", "TOLLBOOK_SPOOL_DIR": os.environ["TOLLBOOK_SPOOL_DIR"], **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


@pytest.mark.parametrize("broker", ["dead", "unknown.invalid:9092"])
def test_calls_and_exit_without_a_broker(server: ProviderServer, dead_broker: str, broker: str) -> None:
    address = dead_broker if broker == "dead" else broker
    assert run_script("calls_and_exit.py", server.url, TOLLBOOK_KAFKA=address) == "20 answers, 20 recorded\n"


def test_a_forked_child_has_a_publisher_of_its_own(dead_broker: str) -> None:
    out = run_script("fork_after_publishing.py", TOLLBOOK_KAFKA=dead_broker)
    assert out == "child 2\nchild ended 0\nparent 3\n"


def test_settings_that_are_refused_break_no_call(server: ProviderServer) -> None:
    out = run_script("calls_and_exit.py", server.url, TOLLBOOK_WINDOW_SECONDS="7")
    assert out == "20 answers, 0 recorded\n"


def test_the_package_needs_no_sdk() -> None:
    assert run_script("import_without_sdks.py") == "imported\n"
