"""Services in docker containers, where an engine answers."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer

from support.waiting import eventually
from tollbook_cli.stack.kafka import answers
from tollbook_cli.stack.ports import LOOPBACK, free_ports

KAFKA_IMAGE = "apache/kafka:4.4.0"
POSTGRES_IMAGE = "postgres:18"
ENGINE_SECONDS = 20
READY_SECONDS = 120
BROKER_PORT = 9092
BROKER = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_LISTENERS": f"PLAINTEXT://:{BROKER_PORT},CONTROLLER://:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
}


def has_engine() -> bool:
    """Whether a docker engine answers; a docker command without one does not count."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        asked = subprocess.run([docker, "version"], capture_output=True, check=False, timeout=ENGINE_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


@contextmanager
def kafka_in_docker() -> Iterator[str]:
    """The bootstrap address of a broker in a container, which must know its address outside."""
    (port,) = free_ports(1)
    address = f"{LOOPBACK}:{port}"
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(BROKER_PORT, port)
    for name, value in {**BROKER, "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{address}"}.items():
        container = container.with_env(name, value)
    with container:
        eventually(lambda: answers(address), timeout=READY_SECONDS)
        yield address


@contextmanager
def postgres_in_docker() -> Iterator[str]:
    """The superuser's DSN of a server in a container."""
    with PostgresContainer(POSTGRES_IMAGE, username="postgres", driver=None) as container:
        yield container.get_connection_url()
