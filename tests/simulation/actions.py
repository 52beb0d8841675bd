"""What can happen, each by three bytes that the schedule gives. Any bytes mean something in any state."""

from collections.abc import Callable
from dataclasses import replace
from enum import IntFlag, auto

from simulation import quiet
from simulation.calls import Call
from simulation.world import World
from tollbook_schemas.topics import StreamKind, Topics
from tollbook_sinks.records import Feed

Action = Callable[[World, int, int, int], None]
IMPORTS = ("imp_" + "0" * 32, "imp_" + "1" * 32)


class Faults(IntFlag):
    """What may go wrong in a schedule. A schedule has some of it, not all: much of it hides the rest."""

    IMPORTS = auto()
    REPEATS = auto()
    POISON = auto()
    HOLES = auto()
    PROCESSOR_DEATHS = auto()
    PROCESSOR_REBALANCES = auto()
    BATCHES = auto()
    POSITIONS = auto()
    COMPACTION = auto()
    EXPIRY = auto()
    TAMPERING = auto()
    SINK_DEATHS = auto()
    SINK_REBALANCES = auto()
    TRANSACTIONS = auto()
    CLOCKS = auto()
    GHOSTS = auto()


def publish(world: World, a: int, b: int, c: int) -> None:
    """A call on time, late, too old or from the future."""
    partition, kind = a // 8 % world.config.partitions, _kind(world, a)
    stamp = world.stamp(partition)
    ages = (b * 50, b * 120, b * 20, b * 400, -b * 15, b * 10, b * 60, 0)
    age = 15_000 - stamp % 10_000 if c % 16 == 15 else ages[c % 8]
    call = Call(
        len(world.calls),
        stamp - age,
        project=f"p{c // 16 % 2}",
        model="m" if c < 200 else "n",
        status=("success", "error", "timeout", "missing_usage")[c // 32 % 4],
        prompt=None if c % 5 == 0 else b,
        calls=1 + (c % 11 == 0),
    )
    for number in range(1 + b % 2):
        world.calls.append(replace(call, number=call.number + number))
        world.publish(kind, partition, world.calls[-1], _stream(kind, a))


def repeat(world: World, a: int, b: int, c: int) -> None:
    """A call once more, perhaps with other content, perhaps elsewhere."""
    if world.calls:
        kind = _kind(world, a)
        call = world.calls[-1 - b % min(len(world.calls), 12)]
        changed = replace(call, project="p1" if call.project == "p0" else "p0", prompt=c)
        world.count("repeated")
        world.publish(kind, c % world.config.partitions, changed if c % 3 == 0 else call, _stream(kind, a))


def poison(world: World, a: int, b: int, c: int) -> None:
    """A record that is no event."""
    kind = _kind(world, a)
    world.count("poison")
    world.publish(kind, b % world.config.partitions, "junk", _stream(kind, a))


def leave_hole(world: World, a: int, b: int, c: int) -> None:
    """Offsets without records in a source log."""
    world.count("hole")
    world.log(Feed("source", _kind(world, a), b % world.config.partitions)).leave_hole(1 + c % 3)


def end_import(world: World, a: int, b: int, c: int) -> None:
    """An import ends, in one partition or in all."""
    partitions = range(world.config.partitions) if c % 2 else [b % world.config.partitions]
    for partition in partitions:
        world.publish("import", partition, "end", IMPORTS[a % 2])


def pass_time(world: World, a: int, b: int, c: int) -> None:
    """Some time passes; sometimes up to the very end of a grace, or just beyond."""
    if c % 4 == 0:
        world.wall_ms += (5_000 - world.wall_ms) % 10_000 + a % 2
    else:
        world.wall_ms += b * (40 if c % 8 else 300)


def run_processor(world: World, a: int, b: int, c: int) -> None:
    """A processor goes on by a few steps, and some of its batches land."""
    alive = [process for process in world.processors if process.is_alive]
    if not alive:
        return
    process = alive[a % len(alive)]
    side = process.sides["import" if a >= 192 else "live"]
    if b & 1 and side.seen != world.processors_group.generation:
        side.notice(b >> 1)
    for step in range(2 + c % 16):
        if b >> 1 + step % 7 & 1 and (batch := process.outlet.head()):
            world.land(batch)
        side.go_on(c + step)
        if not process.is_alive:
            return


def kill_processor(world: World, a: int, b: int, c: int) -> None:
    """Kill -9; its partitions stay orphans until a rebalance."""
    alive = [process for process in world.processors if process.is_alive]
    busy = [process for process in alive if any(process.outlet.flying.values())] if b % 2 else []
    if alive:
        world.count("processor killed")
        (busy or alive)[a % len(busy or alive)].die(on_their_way=b // 2 % 4)
    if c % 2:
        start_processor(world, a, b, c)


def start_processor(world: World, a: int, b: int, c: int) -> None:
    """A processor is started and joins."""
    if sum(process.is_alive for process in world.processors) < world.config.processors + 1:
        world.start_processor()
    rebalance_processors(world, a, b, c)


def rebalance_processors(world: World, a: int, b: int, c: int) -> None:
    """Partitions change hands; until they notice, the old owners are zombies."""
    world.count("processors rebalanced")
    world.rebalance_processors(a)


def disturb_batch(world: World, a: int, b: int, c: int) -> None:
    """A batch is lost, or lands and the answer is lost, or lands twice."""
    busy = [process for process in world.processors if process.is_alive and any(process.outlet.flying.values())]
    batch = busy[a % len(busy)].outlet.head() if busy else None
    if batch:
        world.count("batch disturbed")
        for _ in range(b % 3):
            world.land(batch)
        batch.lost = b % 3 == 0 or c % 2 == 0


def land_ghost(world: World, a: int, b: int, c: int) -> None:
    """A batch of a dead processor lands at last."""
    for place, ghosts in world.ghosts.items():
        if ghosts:
            world.count("ghost landed")
            world.land(world.ghosts[place].pop(0))
            return


def move_position(world: World, a: int, b: int, c: int) -> None:
    """A consumer goes on from a wrong position."""
    world.count("position moved")
    if c % 4 == 3:
        _move_sink(world, a, b)
        return
    process = world.processors[a % len(world.processors)]
    kind = _kind(world, b)
    partition = c // 4 % world.config.partitions
    log = world.log(Feed("source", kind, partition))
    process.sides[kind].consumer.positions[Topics().source(kind), partition] = log.begin + b % (log.end + 1 - log.begin)


def _move_sink(world: World, a: int, b: int) -> None:
    """Forward on source partitions only, and not twice from one place: two equal mistakes look like a hole."""
    consumer = world.sinks[a % len(world.sinks)].consumer
    for feed, position in consumer.positions.items():
        if feed.side == "source" and (feed, position) not in consumer.moved:
            consumer.moved.add((feed, position))
            consumer.positions[feed] = position + b % 3


def compact_log(world: World, a: int, b: int, c: int) -> None:
    """The log cleaner runs on a changelog partition."""
    feed = _changelog(world, a, b)
    world.count("compacted")
    world.log(feed).compact(_cleanable(world, feed, c))


def expire_log(world: World, a: int, b: int, c: int) -> None:
    """Retention takes the head of a changelog partition."""
    feed = _changelog(world, a, b)
    world.count("expired")
    world.log(feed).expire(_cleanable(world, feed, c))


def tamper(world: World, a: int, b: int, c: int) -> None:
    """Someone changes a changelog partition: records vanish, old ones come again, garbage claims a high offset."""
    feed = _changelog(world, a, b)
    log, upto = world.log(feed), _cleanable(world, feed, 0)
    world.count("tampered")
    keys = list(dict.fromkeys(record.key or b"" for record in reversed(log.records)))
    key = keys[b // 4 % min(len(keys), 4)] if keys else b""
    if c % 8 < 4:
        log.keep(lambda record: record.key != key or record.offset >= upto)
    if 2 <= c % 8 < 5:
        since = upto - 2 - b // 16 if c % 8 < 4 else 0
        log.keep(lambda record: b'"mark"' not in (record.key or b"") or not since <= record.offset < upto)
    elif c % 8 == 5:
        log.keep(lambda record: (record.offset + c) % 3 != 0 or record.offset >= upto)
    elif c % 8 == 6 and log.records:
        stale = log.records[b % len(log.records)]
        log.append(world.wall_ms, stale.key or b"", stale.value or b"")
    elif c % 8 == 7 and keys:
        log.append(world.wall_ms, key, b'{"applied":99999999,"measures":{"events":1},"crc32":1}')
    if c & 24:
        _restart_processors(world)


def _restart_processors(world: World) -> None:
    """What a worker knows it does not read again: only new ones see what was done."""
    for process in world.processors:
        process.die(on_their_way=0)
    for _ in range(world.config.processors):
        world.start_processor()
    world.rebalance_processors(0)


def run_sink(world: World, a: int, b: int, c: int) -> None:
    """A sink goes round its loop."""
    _run_sink(world, a, b, 0)


def break_transaction(world: World, a: int, b: int, c: int) -> None:
    """A sink dies, or loses the database, somewhere in a transaction or right after it."""
    world.count("transaction broken")
    _run_sink(world, a, b, 16 + c % 32)


def _run_sink(world: World, a: int, b: int, fault: int) -> None:
    alive = [process for process in world.sinks if process.is_alive]
    if alive:
        alive[a % len(alive)].go_on(b, fault)


def kill_sink(world: World, a: int, b: int, c: int) -> None:
    """Kill -9, and perhaps a start."""
    alive = [process for process in world.sinks if process.is_alive]
    if alive:
        world.count("sink killed")
        alive[a % len(alive)].is_alive = False
    if c % 2:
        world.start_sink()
        world.rebalance_sinks(a)


def rebalance_sinks(world: World, a: int, b: int, c: int) -> None:
    """Partitions change hands."""
    world.count("sinks rebalanced")
    if not any(process.is_alive for process in world.sinks):
        world.start_sink()
    world.rebalance_sinks(a)


def maintain(world: World, a: int, b: int, c: int) -> None:
    """The maintainer passes; a sink may commit in between."""
    quiet.maintain(world, b if c % 2 else None)


def shift_clock(world: World, a: int, b: int, c: int) -> None:
    """A partition's broker tells another time: somewhat, or minutes ahead."""
    world.count("clock shifted")
    world.skews[a % world.config.partitions] = (b - 128) * 50 if c % 8 else 121_000 + b * 300


def _kind(world: World, a: int) -> StreamKind:
    return "import" if a % 4 == 3 and world.config.has_imports else "live"


def _stream(kind: StreamKind, a: int) -> str:
    return "live" if kind == "live" else IMPORTS[a // 4 % 2]


def _changelog(world: World, a: int, b: int) -> Feed:
    return Feed("changelog", _kind(world, a), b % world.config.partitions)


def _cleanable(world: World, feed: Feed, c: int) -> int:
    """The topic's settings keep what sinks have not read yet, unless they are away for too long."""
    if world.config.is_harsh:
        return world.log(feed).end - c % 8
    recorded = world.database.rows.partitions.get(feed)
    return min(recorded.next_offset if recorded else 0, world.log(feed).end - c % 8)


ACTIONS: tuple[tuple[int, Action, Faults | None], ...] = (
    (51, publish, None),
    (57, run_processor, None),
    (44, run_sink, None),
    (14, pass_time, None),
    (10, maintain, None),
    (10, repeat, Faults.REPEATS),
    (5, poison, Faults.POISON),
    (4, leave_hole, Faults.HOLES),
    (5, end_import, Faults.IMPORTS),
    (6, kill_processor, Faults.PROCESSOR_DEATHS),
    (3, start_processor, Faults.PROCESSOR_DEATHS),
    (6, rebalance_processors, Faults.PROCESSOR_REBALANCES),
    (4, disturb_batch, Faults.BATCHES),
    (4, land_ghost, Faults.GHOSTS),
    (4, move_position, Faults.POSITIONS),
    (4, compact_log, Faults.COMPACTION),
    (3, expire_log, Faults.EXPIRY),
    (6, tamper, Faults.TAMPERING),
    (6, break_transaction, Faults.TRANSACTIONS),
    (3, kill_sink, Faults.SINK_DEATHS),
    (4, rebalance_sinks, Faults.SINK_REBALANCES),
    (3, shift_clock, Faults.CLOCKS),
)
"""How often of 256, what, and the fault that it is. What a schedule does not have becomes a step of a processor."""

assert sum(weight for weight, _, _ in ACTIONS) <= 256, sum(weight for weight, _, _ in ACTIONS)
