"""One node of a Kafka cluster of a test's own: broker and controller, which may be killed and started again."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tollbook_cli.stack.ports import LOOPBACK, free_ports
from tollbook_cli.stack.software import Software

FORMAT_SECONDS = 90
STOP_SECONDS = 30
JVM_OPTIONS = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A node's number and its two ports, which it keeps for life."""

    number: int
    broker: int
    controller: int

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"{LOOPBACK}:{self.broker}"

    @property
    def voter(self) -> str:
        """Where the other controllers reach it, as Kafka writes it."""
        return f"{self.number}@{LOOPBACK}:{self.controller}"


def free_places(count: int) -> list[Place]:
    """Places for that many nodes, numbered from 1, on loopback ports that nothing listens on now."""
    ports = free_ports(2 * count)
    return [Place(number + 1, *ports[2 * number : 2 * number + 2]) for number in range(count)]


class KafkaNode:
    """A node that is formatted and not started. `settings` are properties beside, or instead of, the usual ones."""

    def __init__(
        self, software: Software, folder: Path, cluster_id: str, place: Place, properties: Mapping[str, object]
    ) -> None:
        self.place = place
        self.log = folder / f"node-{place.number}.log"
        self._software = software
        self._properties = folder / f"node-{place.number}.properties"
        self._process: subprocess.Popen[bytes] | None = None
        data = {"node.id": place.number, "log.dirs": folder / f"data-{place.number}", **properties}
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in data.items()))
        self._cluster_id = cluster_id

    def format(self, *arguments: str) -> None:
        """Make the data folder; further arguments are the storage tool's."""
        self._run("kafka.tools.StorageTool", "format", "-t", self._cluster_id, "-c", str(self._properties), *arguments)

    def run_tool(self, main_class: str, *arguments: str) -> str:
        """Run one of Kafka's own command-line tools; what it prints."""
        return self._run(main_class, *arguments)

    def start(self) -> None:
        """Start it and return at once. After `kill` or `stop` it has the same address and the same data."""
        assert not self.is_running
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command("kafka.Kafka", str(self._properties)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it with SIGKILL; it may have ended already."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def _run(self, main_class: str, *arguments: str) -> str:
        ran = subprocess.run(
            self._command(main_class, *arguments), capture_output=True, text=True, check=False, timeout=FORMAT_SECONDS
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def _command(self, *arguments: str) -> list[str]:
        classpath = ":".join(map(str, self._software.jars))
        return [str(self._software.java), *JVM_OPTIONS, "-cp", classpath, *arguments]


def quorum_properties(places: Sequence[Place], place: Place, replicas: int) -> dict[str, object]:
    """A node of a static quorum, whose own topics have that many replicas."""
    listeners = f"PLAINTEXT://{place.address},CONTROLLER://{LOOPBACK}:{place.controller}"
    least = max(1, replicas - 1)
    return {
        "process.roles": "broker,controller",
        "controller.quorum.voters": ",".join(other.voter for other in places),
        "listeners": listeners,
        "advertised.listeners": listeners,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": least,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": least,
        "min.insync.replicas": least,
    }
