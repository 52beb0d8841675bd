"""Rounds of killed nodes, chosen by a seed, while calls go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from support.cluster import NODES, Cluster
from support.cluster_load import Load
from support.waiting import eventually
from tollbook_schemas.settings import Settings

CALLS_BEFORE = 100
CALLS_WHILE = 200
"""Calls that must be over while nodes are away."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A cluster under load."""

    cluster: Cluster
    load: Load
    settings: Settings

    def leader(self, random: Random) -> int:
        """The leader of some partition of some topic that the pipe depends on, its groups' positions among them."""
        topic = random.choice([*self.settings.topics.all[::2], "__consumer_offsets"])
        return self.cluster.leader(topic, random.randrange(self.settings.partitions))


def kill_a_leader(scene: Scene, random: Random) -> None:
    """The leader dies; another takes over, and it comes back as a follower."""
    victim = scene.leader(random)
    scene.cluster.kill(victim)
    scene.load.go_on(CALLS_WHILE)
    scene.cluster.start(victim)


def kill_and_start_at_once(scene: Scene, random: Random) -> None:
    """The leader is back before anybody was told that it is gone."""
    victim = scene.leader(random)
    scene.cluster.kill(victim)
    scene.cluster.start(victim)
    scene.load.go_on(CALLS_WHILE)


def kill_the_next_leader_too(scene: Scene, random: Random) -> None:
    """The new leader dies while the old one is still coming back."""
    topic, partition = scene.settings.topics.events, random.randrange(scene.settings.partitions)
    first = scene.cluster.leader(topic, partition)
    scene.cluster.kill(first)
    eventually(lambda: scene.cluster.leader(topic, partition) != first, 60)
    scene.cluster.start(first)
    second = scene.cluster.leader(topic, partition)
    scene.cluster.kill(second)
    scene.load.go_on(CALLS_WHILE)
    scene.cluster.start(second)


def kill_two(scene: Scene, random: Random) -> None:
    """Only one node is left: no partition has enough replicas, and the controllers have no majority."""
    victims = random.sample(NODES, 2)
    scene.cluster.kill(*victims)
    scene.load.go_on(CALLS_WHILE)
    scene.cluster.start(*victims)


def kill_all(scene: Scene, random: Random) -> None:
    """No node is left; they come back in any order."""
    victims = random.sample(NODES, 3)
    scene.cluster.kill(*victims)
    scene.load.go_on(CALLS_WHILE)
    scene.cluster.start(*random.sample(victims, 3))


Attack = Callable[[Scene, Random], None]
ATTACKS: Mapping[str, Attack] = {
    attack.__name__: attack
    for attack in (kill_a_leader, kill_and_start_at_once, kill_the_next_leader_too, kill_two, kill_all)
}


def attack(scene: Scene, name: str, random: Random) -> None:
    """One round; at its end the cluster is whole again."""
    scene.load.go_on(CALLS_BEFORE)
    ATTACKS[name](scene, random)
    scene.cluster.wait_until_whole()
