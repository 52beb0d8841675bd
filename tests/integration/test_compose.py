"""What docker-compose.yml makes of Kafka, on a real broker without docker: its properties, its logins and its rules."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, Producer
from ruamel.yaml import YAML

from support.acl_table import give_rights
from support.homes import temporary_home
from support.kafka_node import KafkaNode, free_places
from tollbook_cli.environment import settings_environment
from tollbook_cli.stack import provide_software
from tollbook_cli.stack.kafka import admin_client, new_cluster_id
from tollbook_cli.stack.ports import LOOPBACK, free_ports
from tollbook_schemas.kafka_security import librdkafka_options
from tollbook_schemas.settings import Settings

FILE = Path(__file__).parents[2] / "docker-compose.yml"
PASSWORDS = {role: f"{role}-of-a-test" for role in ("root", "admin", "producer", "processor", "sink")}
BASH = "/bin/bash"


def properties(compose: dict[str, Any]) -> dict[str, str]:
    """What the image makes of a container's environment: KafkaDockerWrapper's rule, and compose's for ${…}."""
    given = compose["services"]["kafka"]["environment"]
    return {_name(name): _filled(value) for name, value in given.items()}


def _name(variable: str) -> str:
    dotted = variable.removeprefix("KAFKA_").lower().replace("_", ".")
    return dotted.replace("...", "-").replace("..", "_")


def _filled(value: str) -> str:
    return re.sub(r"\$\{KAFKA_([A-Z]+)_PASSWORD[^}]*\}", lambda found: PASSWORDS[found[1].lower()], value)


@pytest.fixture
def broker() -> Iterator[str]:
    """The broker of the compose file, its names and ports moved to loopback and its data to a temporary folder."""
    compose = YAML(typ="safe").load(FILE)
    (place,), (outside,) = free_places(1), free_ports(1)
    moved = {
        "9092": str(place.broker),
        "9093": str(place.controller),
        "9094": str(outside),
        "://kafka:": f"://{LOOPBACK}:",
    }
    found = properties(compose)
    for name in ("listeners", "advertised.listeners", "controller.quorum.voters"):
        for old, new in moved.items():
            found[name] = found[name].replace(old, new)
    found["listeners"] = found["listeners"].replace("://:", f"://{LOOPBACK}:")
    with temporary_home() as folder:
        found["log.dirs"] = str(folder / "data")
        node = KafkaNode(provide_software(), folder, new_cluster_id(), place, found)
        node.format()
        try:
            node.start()
            address = f"{LOOPBACK}:{outside}"
            give_rights(admin_client(address, librdkafka_options(_settings(address, "root"))))
            yield address
        finally:
            node.kill()


def _settings(broker: str, role: str, **values: Any) -> Settings:
    login = {"kafka_sasl_mechanism": "PLAIN", "kafka_sasl_username": role, "kafka_sasl_password": PASSWORDS[role]}
    return Settings(**{"kafka": broker, "kafka_security_protocol": "SASL_PLAINTEXT", **login, **values})


def _sent(settings: Settings, topic: str) -> KafkaError | None:
    """Write a record; the error, if that is refused."""
    refused: list[KafkaError | None] = []
    producer = Producer({**librdkafka_options(settings), "log_level": 0, "message.timeout.ms": 20_000})
    producer.produce(topic, b"{}", b"key", on_delivery=lambda error, _: refused.append(error))
    producer.flush(30)
    return refused[0]


def test_each_login_may_do_what_its_role_does_and_no_more(broker: str) -> None:
    settings = _settings(broker, "admin")
    made = subprocess.run(
        [sys.executable, "-m", "tollbook_cli", "init"],
        env=dict(settings_environment(settings)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    topics = settings.topics
    assert _sent(_settings(broker, "producer"), topics.events) is None
    refusal = _sent(_settings(broker, "producer"), topics.imports)
    assert refusal is not None
    assert refusal.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert _sent(_settings(broker, "processor"), topics.rollups) is None
    assert _sent(_settings(broker, "sink"), topics.events) is not None


def test_the_rights_of_the_page_are_what_the_script_runs() -> None:
    """deploy/give-rights.sh takes the commands from the page; here a shell that only prints them takes them alike."""
    script = FILE.with_name("deploy") / "give-rights.sh"
    page = FILE.with_name("docs") / "kafka-security.md"
    printing = 'kafka-acls.sh() { echo "$@"; }; export -f kafka-acls.sh'
    told = subprocess.run(
        [BASH, "-c", f"{printing}\n{script.read_text()}", "give-rights.sh", str(page)],
        env={"KAFKA_ROOT_PASSWORD": "x", "BROKERS": "kafka:9092", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    commands = told.stdout.splitlines()
    assert len(commands) == page.read_text().count("\n    kafka-acls.sh ")
    assert all("--bootstrap-server kafka:9092" in command and "--allow-principal" in command for command in commands)


def test_every_secret_that_is_named_is_made(tmp_path: Path) -> None:
    compose = YAML(typ="safe").load(FILE)
    deploy = tmp_path / "deploy"
    deploy.mkdir()
    script = deploy / "make-secrets.sh"
    script.write_bytes((FILE.with_name("deploy") / "make-secrets.sh").read_bytes())
    for _ in range(2):
        subprocess.run([BASH, str(script)], check=True, capture_output=True)
        made = {path.name: path.read_text() for path in (deploy / "secrets").iterdir()}
    assert {Path(secret["file"]).name for secret in compose["secrets"].values()} <= made.keys()
    assert (deploy / "secrets").stat().st_mode & 0o077 == 0
    wanted = set(re.findall(r"\$\{(KAFKA_[A-Z]+_PASSWORD)", FILE.read_text()))
    assert wanted == {line.partition("=")[0] for line in (tmp_path / ".env").read_text().splitlines()}
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
