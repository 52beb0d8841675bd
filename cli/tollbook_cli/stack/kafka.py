"""One node of Apache Kafka that is broker and controller."""

import base64
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tollbook_cli.home import Home
from tollbook_cli.stack.errors import ServiceError
from tollbook_cli.stack.ports import LOOPBACK, free_ports
from tollbook_cli.stack.processes import spawn

NAME = "kafka"
FORMAT_SECONDS = 60
JVM_OPTIONS = ("-Xmx512m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")


@dataclass(frozen=True, slots=True)
class Kafka:
    """What it takes to start the broker of one home."""

    home: Home
    java: Path
    jars: Sequence[Path]

    def prepare(self) -> None:
        """Formats the data folder unless that is done. A format that was cut short is made again."""
        if self._data.exists():
            return
        draft = self.home.kafka / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        properties = self._write_properties(data=draft, broker=1, controller=2)
        command = self._command("kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", properties)
        made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FORMAT_SECONDS)
        if made.returncode != 0:
            raise ServiceError(f"Kafka's data folder {draft} could not be formatted: {_last(made.stderr)}")
        draft.replace(self._data)

    def start(self) -> tuple[psutil.Popen, str]:
        """Starts the broker on free ports; returns its process and its bootstrap address, not yet answering."""
        broker, controller = free_ports(2)
        properties = self._write_properties(data=self._data, broker=broker, controller=controller)
        process = spawn(
            self._command("kafka.Kafka", properties),
            log=self.home.log(NAME),
            cwd=self.home.kafka,
            environment={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
        return process, f"{LOOPBACK}:{broker}"

    def _command(self, main_class: str, *arguments: str | Path) -> list[str]:
        classpath = ":".join(str(jar) for jar in self.jars)
        return [str(part) for part in (self.java, *JVM_OPTIONS, "-cp", classpath, main_class, *arguments)]

    @property
    def _data(self) -> Path:
        return self.home.kafka / "data"

    def _write_properties(self, *, data: Path, broker: int, controller: int) -> Path:
        path = properties_path(self.home)
        lines = (f"{name}={value}" for name, value in _properties(data, broker, controller).items())
        path.write_text("\n".join(lines) + "\n")
        return path


def properties_path(home: Home) -> Path:
    """The broker's configuration; its name in a command line marks a broker as this home's."""
    return home.kafka / "server.properties"


def answers(bootstrap: str) -> bool:
    """Whether a broker is registered and can be asked."""
    try:
        return bool(admin_client(bootstrap).list_topics(timeout=2).brokers)
    except KafkaException:
        return False


def admin_client(bootstrap: str, login: Mapping[str, str | int | float | bool] | None = None) -> AdminClient:
    """A client that keeps its connection attempts to itself. `login` are librdkafka's options where one is needed."""
    quiet: dict[str, str | int | float | bool] = {
        "log_level": 0,
        "reconnect.backoff.max.ms": 200,
        "client.id": "tollbook",
    }
    return AdminClient({**(login or {}), **quiet, "bootstrap.servers": bootstrap})


def _properties(data: Path, broker: int, controller: int) -> Mapping[str, str | int]:
    """The quorum is a static one: then no port is stored in the data, and every start may choose others."""
    listeners = f"PLAINTEXT://{LOOPBACK}:{broker},CONTROLLER://{LOOPBACK}:{controller}"
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
        "listeners": listeners,
        "advertised.listeners": listeners,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
    }


def new_cluster_id() -> str:
    """16 random bytes as Kafka writes them; the first bit is 0, so that the text never looks like an option."""
    random = bytearray(secrets.token_bytes(16))
    random[0] &= 0x7F
    return base64.urlsafe_b64encode(random).decode().rstrip("=")


def _last(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else "no reason was given"
