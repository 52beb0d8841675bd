"""Letting everything recover by itself: whoever is dead is started again, and all go on until nothing is left to do."""

from simulation import maintainer
from simulation.processor import Side
from simulation.rules import RULE, require
from simulation.world import World
from tollbook_sinks.lifecycle.windows import Window

ROUNDS = 60
FULL_STEP, TICK_STEP = 7 * 16 + 1, 14
SINK_STEP = 7 * 32 + 1


def settle(world: World) -> None:
    """Until every record is folded, every statement landed, and all of it read by the sinks."""
    world.skews = dict.fromkeys(world.skews, 0)
    for place in list(world.ghosts):
        for batch in world.ghosts.pop(place):
            world.land(batch)
    stamps = [record.timestamp for logs in world.logs.values() for log in logs for record in log.records]
    world.wall_ms = max([world.wall_ms, *stamps])
    world.rebalance_processors(0)
    world.rebalance_sinks(0)
    _run_processors(world)
    _run_sinks(world)


def close_all(world: World, imports: tuple[str, ...]) -> None:
    """End the imports, let every clock pass every window, and let the maintainer do its work."""
    for stream in imports:
        for partition in range(world.config.partitions):
            world.publish("import", partition, "end", stream)
    settle(world)
    world.wall_ms += RULE.width_ms + RULE.grace_ms + RULE.future_ms + 1 + RULE.width_ms
    for process in world.processors:
        _finish(process.sides["live"], TICK_STEP)
    settle(world)
    maintain(world)


def maintain(world: World, sink_choice: int | None = None) -> None:
    """A pass of the maintainer; a sink may commit while a window is compared."""

    def meanwhile() -> None:
        alive = [process for process in world.sinks if process.is_alive]
        if sink_choice is not None and alive:
            alive[sink_choice % len(alive)].go_on(sink_choice | 1)

    entries = world.journal.entries if world.journal else []
    entries.append(maintainer.close_windows(world.database))
    for window, state in list(world.database.rows.windows.items()):
        if state in ("closed", "disputed"):
            verdict = maintainer.compact(world.database, Window(*window), meanwhile)
            entries += [verdict] if verdict else []
            world.committed()


def _run_processors(world: World) -> None:
    for _ in range(ROUNDS):
        if not any(process.is_alive for process in world.processors):
            world.start_processor()
            world.rebalance_processors(0)
        sides = [side for process in world.processors if process.is_alive for side in process.sides.values()]
        if all(_is_done(world, side) for side in sides) and _has_owners(world, sides):
            return
        for side in sides:
            if side.seen != world.processors_group.generation:
                side.notice(0)
            _finish(side, FULL_STEP)
    require(False, "the processors do not come to rest")


def _finish(side: Side, choice: int) -> None:
    """One whole step, whatever its batches need."""
    outlet = side.process.outlet
    for _ in range(2_000):
        while batch := outlet.head():
            side.process.world.land(batch)
        side.go_on(choice)
        if side.task is None:
            break
    while batch := outlet.head():
        side.process.world.land(batch)


def _has_owners(world: World, sides: list[Side]) -> bool:
    members = {side.process.number for side in sides}
    if set(world.processors_group.owners.values()) <= members and world.processors_group.owners:
        return True
    world.rebalance_processors(0)
    return False


def _is_done(world: World, side: Side) -> bool:
    if side.task is not None or not side.knows_its_partitions:
        return False
    logs = world.logs[side.stream.source]
    return all(
        not logs[partition].records
        or side.stream.owned[partition].fold.cursor.next_offset > logs[partition].records[-1].offset
        for partition in side.partitions
    )


def _run_sinks(world: World) -> None:
    for _ in range(ROUNDS):
        if not any(process.is_alive for process in world.sinks):
            world.start_sink()
            world.rebalance_sinks(0)
        alive = [process for process in world.sinks if process.is_alive]
        if not set(world.sinks_group.owners.values()) <= {process.number for process in alive}:
            world.rebalance_sinks(0)
        if all(process.consumer.seen == world.sinks_group.generation for process in alive) and _is_read(world):
            return
        for process in alive:
            process.go_on(SINK_STEP)
    require(False, "the sinks do not come to rest")


def _is_read(world: World) -> bool:
    partitions = world.database.rows.partitions
    return all(
        feed in partitions and partitions[feed].next_offset > log.records[-1].offset
        for feed in world.feeds
        if (log := world.log(feed)).records
    )
