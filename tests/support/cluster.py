"""A Kafka cluster of three nodes on one machine, each broker and controller, which a test may kill one by one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but not in the package's __all__
    AdminClient,
    ClusterMetadata,
    NewTopic,
    TopicMetadata,
)

from support.homes import temporary_home
from support.kafka_node import KafkaNode, free_places, quorum_properties
from support.waiting import eventually
from tollbook_cli.stack import provide_software
from tollbook_cli.stack.kafka import admin_client, new_cluster_id
from tollbook_cli.stack.topics import topic_configurations
from tollbook_schemas.settings import Settings

NODES = (1, 2, 3)
READY_SECONDS = 120.0


class Cluster:
    """Running nodes by their numbers. `kills` counts the nodes that were killed."""

    def __init__(self, nodes: Sequence[KafkaNode]) -> None:
        self.nodes = {node.place.number: node for node in nodes}
        self.address = ",".join(node.place.address for node in nodes)
        self.kills = 0
        self._admin = admin_client(self.address)
        self.start(*self.nodes)
        self.wait_until_whole()

    def kill(self, *numbers: int) -> None:
        """End these nodes with SIGKILL, one right after the other."""
        for number in numbers:
            self.nodes[number].kill()
            self.kills += 1

    def start(self, *numbers: int) -> None:
        """Start these nodes and return at once."""
        for number in numbers:
            self.nodes[number].start()

    def leader(self, topic: str, partition: int) -> int:
        """The node that leads the partition now; waits while none does."""

        def led_by() -> int:
            found = self._topics().get(topic)  # the groups' own topic is made when the first group asks
            return max(0, found.partitions[partition].leader) if found else 0

        return eventually(led_by, READY_SECONDS)

    def wait_until_whole(self) -> None:
        """Wait until every node is there and every replica in sync."""
        for node in self.nodes.values():
            eventually(partial(_sees_all, node, len(self.nodes)), READY_SECONDS)

    def in_sync(self, topic: str) -> list[set[int]]:
        """The nodes that are in sync, by partition."""
        partitions = self._topics()[topic].partitions
        return [set(partitions[number].isrs) for number in sorted(partitions)]

    def settings(self, prefix: str) -> Settings:
        """Settings for topics of one's own; windows of seconds, so that they are compacted while a test waits."""
        return Settings(
            kafka=self.address,
            testing=True,
            topic_prefix=prefix,
            window_seconds=4,
            grace_seconds=3,
            tick_idle_seconds=0.5,
            session_timeout_seconds=6,
        )

    def make_topics(self, settings: Settings, replicas: Sequence[int] = NODES, only: str | None = None) -> None:
        """The four topics as operations.md says, with a replica on each of these nodes; leaders are spread.

        With `only` one of them.
        """
        configs = topic_configurations(settings, replication=len(replicas))
        places = [_rotated(replicas, partition) for partition in range(settings.partitions)]
        new = [
            NewTopic(name, settings.partitions, replica_assignment=places, config=config)
            for name, config in configs.items()
            if name == (only or name)
        ]
        for made in self._admin.create_topics(new, request_timeout=30).values():
            made.result(30)
        self._until_known({topic.topic for topic in new}, known=True)

    def delete_topic(self, name: str) -> None:
        """Delete a topic."""
        self._admin.delete_topics([name])[name].result(30)
        self._until_known({name}, known=False)

    def _until_known(self, names: set[str], *, known: bool) -> None:
        """A node hears of it a moment after the controller."""
        wanted = names if known else set()
        for node in self.nodes.values():
            if node.is_running:
                eventually(partial(_knows, node, names, wanted), READY_SECONDS)

    def _topics(self) -> dict[str, TopicMetadata]:
        return dict(_metadata(self._admin).topics)


def _sees_all(node: KafkaNode, nodes: int) -> bool:
    """Whether this node, asked itself, knows of all nodes and of no replica that is behind.

    Any other one would for a while answer what was true before a kill.
    """
    seen = _metadata(admin_client(node.place.address))
    return len(seen.brokers) == nodes and not _behind(seen)


def _knows(node: KafkaNode, names: set[str], wanted: set[str]) -> bool:
    """Whether of these topics the node, asked itself, has leaders for the wanted ones and knows no other."""
    found = {name: topic for name, topic in _metadata(admin_client(node.place.address)).topics.items() if name in names}
    return found.keys() == wanted and all(
        place.leader > 0 for topic in found.values() for place in topic.partitions.values()
    )


def _metadata(admin: AdminClient) -> ClusterMetadata:
    try:
        return admin.list_topics(timeout=5)
    except KafkaException as error:
        raise AssertionError(str(error)) from error


def _behind(seen: ClusterMetadata) -> list[str]:
    return [
        f"{name}/{number}"
        for name, topic in seen.topics.items()
        for number, place in topic.partitions.items()
        if place.leader < 0 or set(place.isrs) != set(place.replicas)
    ]


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start three nodes with data folders of their own; all of it is gone at the end."""
    with temporary_home() as folder:
        nodes = _formatted_nodes(folder)
        try:
            yield Cluster(nodes)
        finally:
            for node in nodes:
                node.kill()


def _formatted_nodes(folder: Path) -> list[KafkaNode]:
    software, cluster_id = provide_software(), new_cluster_id()
    places = free_places(len(NODES))
    nodes = [
        KafkaNode(software, folder, cluster_id, place, quorum_properties(places, place, len(NODES))) for place in places
    ]
    for node in nodes:
        node.format()
    return nodes


def _rotated(numbers: Sequence[int], by: int) -> list[int]:
    cut = by % len(numbers)
    return [*numbers[cut:], *numbers[:cut]]
