"""A schedule is a list of four bytes each: the first set says how large the world is and what may go wrong in it, each
other one is an action. Any bytes are a schedule, so any part of one is one too."""

import logging
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from simulation import quiet
from simulation.actions import ACTIONS, IMPORTS, Action, Faults, run_processor
from simulation.checks import Watch, all_is_accounted_for, all_is_final, statement_is_true
from simulation.journal import Journal
from simulation.world import Config, World

Schedule = Sequence[bytes]
STEP_BYTES = 4
LENGTH = 90


@dataclass(frozen=True, slots=True)
class Ran:
    """What a schedule did: happenings by name."""

    counts: Counter[str]


def random_schedule(seed: int, number: int, length: int = LENGTH) -> list[bytes]:
    """The schedule of that number in the run of that seed."""
    source = random.Random(f"{seed}/{number}")
    return [source.randbytes(STEP_BYTES) for _ in range(length)]


def run(schedule: Schedule, journal: Journal | None = None) -> Ran:
    """Run a schedule, let everything recover, and check it all. Raises ViolationError, or whatever a bug raises."""
    head, steps = (schedule[0], schedule[1:]) if schedule else (bytes(STEP_BYTES), [])
    faults = Faults(int.from_bytes(head[:2], "big"))
    world = World(_config(head, faults), journal)
    world.judges.append(statement_is_true)
    world.watchers.append(Watch().watch)
    with _quietly():
        half = len(steps) // 2
        for part in (steps[:half], steps[half:]):
            for step in part:
                _action(step[0], faults)(world, *step[1:])
                world.count("steps")
            quiet.settle(world)
            all_is_accounted_for(world)
        quiet.close_all(world, IMPORTS if world.config.has_imports else ())
        all_is_accounted_for(world)
        all_is_final(world)
    _count(world)
    if journal:
        journal.rows = world.database.rows
    return Ran(world.counts)


def checked(schedule: Schedule) -> Ran:
    """Run a schedule; whatever it raises says how to see it again."""
    try:
        return run(schedule)
    except Exception as error:
        error.add_note(f"replay with: python -m simulation --replay {text_of(schedule)}")
        raise


def text_of(schedule: Schedule) -> str:
    """A schedule as it can be given to `python -m simulation --replay`."""
    return ".".join(step.hex() for step in schedule)


def schedule_of(text: str) -> list[bytes]:
    """The inverse of text_of."""
    return [bytes.fromhex(step) for step in text.split(".")] if text else []


def _config(head: bytes, faults: Faults) -> Config:
    size = head[2]
    return Config(
        partitions=1 + size % 3,
        processors=1 + size // 3 % 3,
        sinks=1 + size // 9 % 2,
        batch_records=1 + size // 18 % 4,
        has_imports=Faults.IMPORTS in faults,
        is_harsh=head[3] % 8 == 7,
    )


def _action(byte: int, faults: Faults) -> Action:
    return next((action for action, fault in _TABLE[byte] if fault is None or fault in faults), run_processor)


def _table() -> Iterator[list[tuple[Action, Faults | None]]]:
    for weight, action, fault in ACTIONS:
        yield from [[(action, fault)]] * weight
    while True:
        yield []


_TABLE = [entry for _, entry in zip(range(256), _table(), strict=False)]


@contextmanager
def _quietly() -> Iterator[None]:
    """The product logs every fault that it mends."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _count(world: World) -> None:
    world.counts["refolds"] += sum(
        side.stream.fold.counts["refolds"] for process in world.processors for side in process.sides.values()
    )
    world.counts.update(f"window {state}" for state in world.database.rows.windows.values())
    world.counts["ledger rows"] += len(world.database.rows.ledger)
    world.counts["records"] += sum(log.end for logs in world.logs.values() for log in logs)
