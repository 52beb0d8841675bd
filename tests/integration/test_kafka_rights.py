"""A broker with logins and rules: each role does its work with its own rights, and a producer can only write events."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]  # public, but undeclared

from support.cluster_load import running_load
from support.cluster_pipe import running_pipe
from support.flow import running_flow
from support.postgres import Database
from support.roles import login
from support.secured_broker import SecuredBroker, secured_broker
from support.waiting import eventually
from support.workers import run_worker
from tollbook_cli.environment import settings_environment
from tollbook_cli.kafka_login import KafkaLoginError, check_login
from tollbook_processors.kafka_login import aiokafka_options
from tollbook_processors.sender import Sender
from tollbook_producers import configure, tracked_call
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings

pytestmark = pytest.mark.xdist_group("kafka_security")

WRONG = "not-the-password-at-all"
CALLS = 200
OPERATED: dict[str, Any] = {
    "topic_prefix": "operated.",
    "partitions": 2,
    "testing": True,
    "window_seconds": 4,
    "grace_seconds": 3,
    "tick_idle_seconds": 0.5,
    "session_timeout_seconds": 6,
}
"""Windows of seconds, so that they close and are proven meanwhile."""


@pytest.fixture(scope="module")
def broker() -> Iterator[SecuredBroker]:
    """One broker for this file."""
    with secured_broker() as running:
        yield running


def test_the_pipe_works_with_the_documented_rights(broker: SecuredBroker, database: Database, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(f"{broker.passwords['producer']}\n")
    producer = broker.settings("producer", kafka_sasl_password=None, kafka_sasl_password_file=password)
    with (
        run_worker("processor", broker.settings("processor"), database, tmp_path),
        run_worker("sink", broker.settings("sink"), database, tmp_path),
        running_load(producer, tmp_path, 1) as load,
    ):
        load.go_on(CALLS)
        load.finish()
        with psycopg.connect(database.owner, autocommit=True) as connection:
            eventually(lambda: _count(connection, "SELECT count(*) FROM llm_usage_events") == load.calls, 60)
            eventually(lambda: _count(connection, "SELECT sum(events) FROM llm_usage_partials") == load.calls, 60)


def test_an_operator_grows_topics_and_replays_with_the_documented_rights(
    broker: SecuredBroker, database: Database, tmp_path: Path
) -> None:
    """On topics of its own prefix, so that the other tests' stay as they are."""
    broker.prepare(**OPERATED)
    workers = [(role, broker.settings(role, **OPERATED)) for role in ("processor", "sink")]
    workers += [("maintain", broker.settings("sink", **OPERATED))]
    operator = broker.settings("operator", **OPERATED)
    with (
        running_pipe(operator, database, tmp_path, workers) as pipe,
        running_flow(broker.settings("producer", **OPERATED)) as flow,
        login(database, "tollbook_admin") as dsn,
    ):
        with psycopg.connect(database.owner, autocommit=True) as connection:
            eventually(lambda: _count(connection, "SELECT sum(through) FROM llm_changelog_partitions") > CALLS, 60)
        _operate(operator, dsn, "topics", "grow", "3")
        flow.go_on(CALLS)
        _operate(operator, dsn, "replay")
        _operate(operator, dsn, "replay", "--adjust")  # which deletes the changelog of the one before
        flow.go_on(CALLS)
        flow.finish()
        assert pipe.compare(flow).is_exact
    assert {number for number, count in flow.partitions.items() if count} == {0, 1, 2}
    assert _written(operator, operator.topics.events) == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_a_producer_writes_events_and_nothing_else(broker: SecuredBroker) -> None:
    settings = broker.settings("producer")
    assert _written(settings, settings.topics.events) is None
    for topic in (settings.topics.imports, settings.topics.rollups, settings.topics.import_rollups):
        assert _written(settings, topic) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert _is_unreadable(settings, settings.topics.events)
    admin = broker.admin("producer")
    seen = {name for name in admin.list_topics(timeout=10).topics if not name.startswith(OPERATED["topic_prefix"])}
    assert seen == {settings.topics.events}
    made = admin.create_topics([NewTopic("tollbook.another", 1, 1)])["tollbook.another"]
    assert _refused(made.result) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    deleted = admin.delete_topics([settings.topics.events])[settings.topics.events]
    assert _refused(deleted.result) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    place = TopicPartition(settings.topics.events, 0, 1)
    assert _refused(admin.delete_records([place])[place].result) == KafkaError.TOPIC_AUTHORIZATION_FAILED


@pytest.mark.parametrize("command", ["processor", "sink"])
def test_a_wrong_password_is_said_and_never_shown(
    broker: SecuredBroker, database: Database, tmp_path: Path, command: str
) -> None:
    settings = broker.settings(command, kafka_sasl_password=WRONG)
    code, output = _ended(command, settings, database, tmp_path)
    assert code == 1
    assert f"refuses the login of '{command}' with SCRAM-SHA-512: set TOLLBOOK_KAFKA_SASL_USERNAME" in output
    assert WRONG not in output


@pytest.mark.parametrize("command", ["processor", "sink"])
def test_missing_rights_are_said(broker: SecuredBroker, database: Database, tmp_path: Path, command: str) -> None:
    code, output = _ended(command, broker.settings("producer"), database, tmp_path)
    assert code == 1
    assert "rights" in output
    assert "Traceback" not in output


def test_a_producer_with_a_wrong_password_spools(
    broker: SecuredBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = broker.settings("producer", kafka_sasl_password=WRONG, spool_dir=tmp_path)
    configure(settings=settings)
    with caplog.at_level(logging.WARNING):
        assert tracked_call(lambda: "answer", provider="p", model="m") == "answer"
        eventually(lambda: "Kafka refuses the login, and events wait" in caplog.text)
    configure()
    assert WRONG not in caplog.text
    assert list(tmp_path.iterdir())


def test_tls_reaches_both_client_libraries(broker: SecuredBroker) -> None:
    settings = broker.tls_settings("processor")
    check_login(settings)
    assert _written(broker.tls_settings("producer"), settings.topics.events) is None

    async def count() -> int:
        sender = Sender(aiokafka_options(settings))
        try:
            return await sender.partition_count(settings.topics.events)
        finally:
            await sender.stop()

    assert asyncio.run(count()) == settings.partitions


def test_a_certificate_that_nobody_vouches_for_is_refused(broker: SecuredBroker) -> None:
    with pytest.raises(KafkaLoginError, match="set TOLLBOOK_KAFKA_SSL_CA"):
        check_login(broker.tls_settings("processor", kafka_ssl_ca=None))


def _operate(settings: Settings, dsn: str, *command: str) -> None:
    environment = settings_environment(settings.model_copy(update={"postgres": dsn}))
    done = subprocess.run(
        [sys.executable, "-m", "tollbook_cli", *command, "--why", "a test"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _count(connection: psycopg.Connection[tuple[int]], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0] or 0) if row else 0


def _written(settings: Settings, topic: str) -> int | None:
    """The code with which a record was refused; None when it was written."""
    said: list[KafkaError | None] = []

    def report(error: KafkaError | None, _message: Message) -> None:
        said.append(error)

    producer = Producer({**librdkafka_options(settings), "enable.idempotence": True, "log_level": 0})
    producer.produce(topic, b"{}", b"key", on_delivery=report)
    assert producer.flush(30) == 0
    return None if said[0] is None else said[0].code()


def _is_unreadable(settings: Settings, topic: str) -> bool:
    """Whether the broker refuses to hand out the topic; refused groups, which are not needed to read, do not count."""
    consumer = Consumer({**librdkafka_options(settings), "group.id": "tollbook.none", "log_level": 0})

    def refused() -> bool:
        message = consumer.poll(1)
        error = None if message is None else message.error()
        assert message is None or error is not None, "a record was read"
        return error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED

    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        return eventually(refused, 30)
    finally:
        consumer.close()


def _refused(result: Callable[[int], object]) -> int:
    with pytest.raises(KafkaException) as raised:
        result(30)
    return int(raised.value.args[0].code())


def _ended(command: str, settings: Settings, database: Database, folder: Path) -> tuple[int, str]:
    """Exit code and output of a worker that stops by itself."""
    with run_worker(command, settings, database, folder) as worker:
        eventually(lambda: worker.exit_code is not None, 60)
        return worker.exit_code or 0, " ".join(worker.output.split())
