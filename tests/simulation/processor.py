"""A processor's process, with Faust played by the schedule: assignment, restore, delivery, revocation, death."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulation.kafka import Batch, Consumer, Outlet, Reader
from simulation.logs import Stored
from simulation.rules import RULE, require
from tollbook_processors.errors import LogReadError, NotDurableError
from tollbook_processors.fold import Fold
from tollbook_processors.records import Records
from tollbook_processors.statements import Statements
from tollbook_processors.stream import RollupStream
from tollbook_processors.ticks import write_ticks
from tollbook_schemas.judge import BrokenBrokerClockError
from tollbook_schemas.topics import StreamKind, Topics

if TYPE_CHECKING:
    from simulation.world import World

FORESEEN = (NotDurableError, LogReadError, BrokenBrokerClockError)
"""What may stop a worker here; anything else is a bug."""
TICK_IDLE_SECONDS = 5.0
REFRESH_SECONDS = 30.0
FETCHES = (1, 1, 1, 2, 2, 3, 5, 8)
"""Records in a delivery: few, so that a schedule has more to go wrong between."""


@dataclass(slots=True)
class Side:
    """One stream kind of a process. `seen`: the group's generation that it knows of."""

    process: "Process"
    kind: StreamKind
    stream: RollupStream
    consumer: Consumer
    seen: int = 0
    partitions: list[int] = field(default_factory=list)
    adopting: bool = False
    task: Coroutine[Any, Any, None] | None = None

    @property
    def knows_its_partitions(self) -> bool:
        return self.seen == self.process.world.processors_group.generation and not self.adopting

    def notice(self, restore: int) -> None:
        """The group was rebalanced: drop everything, and restore the changelog, more or less of it."""
        group = self.process.world.processors_group
        self.stream.revoke()
        self.seen = group.generation
        self.partitions = [partition for kind, partition in group.of(self.process.number) if kind == self.kind]
        self.adopting = True
        for partition in self.partitions:
            log = self.process.world.logs[Topics().changelog(self.kind)][partition]
            begin = max(self.stream.statements.positions.get(partition, -1) + 1, log.begin)
            for record in log.read(begin, len(log.records) * (restore % 4) // 3):
                self.stream.statements.restore(record)

    def go_on(self, choice: int) -> None:
        """Resume what is under way, or begin something."""
        if self.task is None:
            self.task = self._next(choice)
        try:
            self.task.send(None)
        except StopIteration:
            self.task = None
            self._refuse_needless_refolds()
        except FORESEEN as error:
            self.task = None
            self.process.die_of(error)

    def _refuse_needless_refolds(self) -> None:
        logs = self.process.world.logs[Topics().changelog(self.kind)]
        refolds = self.stream.fold.counts["refolds"]
        require(not refolds or any(log.is_damaged for log in logs), "folded again for no reason", self.kind, refolds)

    def _next(self, choice: int) -> Coroutine[Any, Any, None]:
        if self.adopting:
            return self._adopt()
        if choice % 16 == 15:
            return self.stream.refresh(REFRESH_SECONDS)
        if choice % 16 == 14 and self.kind == "live":
            return write_ticks(self.stream, TICK_IDLE_SECONDS, self.process.outlet)
        return self.stream.step(self._delivery(choice))

    async def _adopt(self) -> None:
        generation = self.seen
        try:
            await self.stream.adopt(self.partitions, lambda: self.seen == generation)
        except FORESEEN:
            # The adapter to Faust forgives this when the group is rebalancing again anyway.
            if self.seen == generation:
                raise
        else:
            self.adopting = self.seen != generation

    def _delivery(self, choice: int) -> list[tuple[int, Records]]:
        """Chunks of a few partitions from the consumer's positions, which move on."""
        topic = Topics().source(self.kind)
        chunks: list[tuple[int, Records]] = []
        for partition in self.partitions:
            records = self._fetch(topic, partition, FETCHES[choice // 16 % 8])
            if records:
                split = choice % 3
                chunks += [(partition, part) for part in (records[:split], records[split:]) if part]
        return chunks

    def _fetch(self, topic: str, partition: int, limit: int) -> list[Stored]:
        log = self.process.world.logs[topic][partition]
        position = self.consumer.positions.get((topic, partition), log.begin)
        records = log.read(position, limit)
        if records:
            self.consumer.positions[topic, partition] = records[-1].offset + 1
        return records


class Process:
    """One worker: both stream kinds over one producer."""

    def __init__(self, world: "World", number: int) -> None:
        self.world = world
        self.number = number
        self.is_alive = True
        self.outlet = Outlet(world)
        self.sides = {kind: self._side(kind) for kind in world.kinds}

    def _side(self, kind: StreamKind) -> Side:
        consumer = Consumer()
        stream = RollupStream(
            Topics().source(kind),
            Topics().changelog(kind),
            fold=Fold(kind, RULE),
            statements=Statements(kind, {}),
            consumer=consumer,
            sender=self.outlet,
            reader=Reader(self.world),
            clock=self.world,
        )
        return Side(self, kind, stream, consumer)

    def die_of(self, error: Exception) -> None:
        """Stop as the product does on any error: at once."""
        self.world.count(f"stopped by {type(error).__name__}")
        self.die(on_their_way=2)

    def die(self, on_their_way: int) -> None:
        """Kill -9. Of the batches in flight the first ones land later, the others never."""
        self.is_alive = False
        for side in self.sides.values():
            if side.task is not None:
                side.task.close()
                side.task = None
        for place, queue in self.outlet.flying.items():
            ghosts: list[Batch] = list(queue)[:on_their_way]
            self.world.ghosts.setdefault(place, []).extend(ghosts)
        self.outlet.flying.clear()
