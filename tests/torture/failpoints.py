"""Where a process is killed by itself: between two things that must not be torn apart.

The product knows nothing of this. The process under torture starts by `torture.worker` or `torture.app`, which wraps
one function by its name; a test fails when a name is gone.
"""

import asyncio
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from inspect import iscoroutinefunction
from signal import SIGKILL
from typing import Any, Literal

VARIABLE = "TORTURE_FAILPOINT"
"""`name:nth` in the environment of a process that is to die when it passes the seam for the nth time."""
SLOW_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Seam:
    """A function by its module and its name there, and whether death comes before or after it.

    `torn`: after half of the bytes were written. `slow`: no death, each passing takes up to SLOW_SECONDS longer.
    `passings`: up to how many are worth waiting for.
    """

    command: str
    module: str
    name: str
    how: Literal["before", "after", "torn", "slow"]
    passings: int


_PROCESSOR, _SINK, _LIFECYCLE = "tollbook_processors", "tollbook_sinks", "tollbook_sinks.lifecycle"
_SPOOL = "tollbook_producers.spool"
_TABLES, _WINDOWS = "PostgresTables", "_PostgresWindows"

SEAMS = {
    "processor: some values sent": Seam("processor", f"{_PROCESSOR}.sender", "Sender.send", "after", 30),
    "processor: values not yet acknowledged": Seam("processor", f"{_PROCESSOR}.sender", "Sender.durable", "before", 30),
    "processor: between values and mark": Seam(
        "processor", f"{_PROCESSOR}.writer", "ChangelogWriter.write_mark", "before", 30
    ),
    "processor: mark on its way": Seam("processor", f"{_PROCESSOR}.writer", "ChangelogWriter.write_mark", "after", 30),
    "processor: mark acknowledged": Seam("processor", f"{_PROCESSOR}.writer", "ChangelogWriter.settle", "after", 30),
    "processor: in the middle of restoring": Seam(
        "processor", f"{_PROCESSOR}.statements", "Statements.restore", "after", 120
    ),
    "processor: rest restored": Seam("processor", f"{_PROCESSOR}.adoption", "Adoption.restore_rest", "after", 2),
    "processor: adopted": Seam("processor", f"{_PROCESSOR}.adoption", "Adoption.begin", "after", 2),
    "processor: slow produces": Seam("processor", f"{_PROCESSOR}.sender", "Sender.send", "slow", 1),
    "sink: batch read": Seam("sink", f"{_SINK}.log", "Log.poll", "after", 30),
    "sink: partitions loaded": Seam("sink", f"{_SINK}.store", "load_partitions", "after", 1),
    "sink: day partitions made": Seam("sink", f"{_SINK}.store", "ensure_days", "after", 20),
    "sink: offsets held": Seam("sink", f"{_SINK}.writing", f"{_TABLES}.hold_offsets", "after", 20),
    "sink: between insert and adjustments": Seam("sink", f"{_SINK}.writing", f"{_TABLES}.insert_events", "after", 20),
    "sink: between ledger and totals": Seam("sink", f"{_SINK}.writing", f"{_TABLES}.insert_dead_letters", "after", 20),
    "sink: between totals and offsets": Seam("sink", f"{_SINK}.writing", f"{_TABLES}.upsert_totals", "after", 20),
    "sink: between insert and commit": Seam("sink", f"{_SINK}.writing", f"{_TABLES}.advance", "after", 60),
    "sink: committed": Seam("sink", f"{_SINK}.store", "write_batch", "after", 20),
    "maintain: windows closed": Seam("maintain", f"{_LIFECYCLE}.passes", "close_windows", "after", 4),
    "maintain: final rows written": Seam(
        "maintain", f"{_LIFECYCLE}.compaction", f"{_WINDOWS}.write_totals", "after", 2
    ),
    "maintain: partials deleted": Seam(
        "maintain", f"{_LIFECYCLE}.compaction", f"{_WINDOWS}.delete_partials", "after", 2
    ),
    "maintain: verdict written": Seam("maintain", f"{_LIFECYCLE}.compaction", f"{_WINDOWS}.write_verdict", "after", 2),
    "maintain: committed": Seam("maintain", f"{_LIFECYCLE}.passes", "compact_window", "after", 2),
    "app: in the middle of a line": Seam("app", f"{_SPOOL}.disk", "append", "torn", 120),
    "app: line on disk": Seam("app", f"{_SPOOL}.disk", "append", "after", 120),
    "app: between disk and Kafka": Seam("app", f"{_SPOOL}.outbox", "Outbox.send", "before", 120),
    "app: handed to the client": Seam("app", f"{_SPOOL}.outbox", "Outbox.send", "after", 120),
    "app: acknowledged, not noted": Seam("app", f"{_SPOOL}.own", "OwnFolder.settle", "before", 60),
    "app: in the middle of an adoption": Seam("app", f"{_SPOOL}.adoption", "Adoption.step", "after", 3),
}


def arm_from_environment() -> None:
    """Wrap the function that the environment names, if it names one."""
    if text := os.environ.get(VARIABLE):
        name, _, nth = text.rpartition(":")
        arm(SEAMS[name], int(nth))


def arm(seam: Seam, nth: int) -> None:
    """From now on the nth passing of the seam is this process's death."""
    owner, name = place_of(seam)
    setattr(owner, name, _WRAPPERS[seam.how](getattr(owner, name), _Countdown(nth)))


def place_of(seam: Seam) -> tuple[Any, str]:
    """What holds the function, and its name there. Raises AttributeError, ModuleNotFoundError where it is gone."""
    *path, name = seam.name.split(".")
    owner = import_module(seam.module)
    for part in path:
        owner = getattr(owner, part)
    getattr(owner, name)
    return owner, name


class _Countdown:
    def __init__(self, nth: int) -> None:
        self._left = nth

    def is_over(self) -> bool:
        """Whether this passing is the one."""
        self._left -= 1
        return self._left == 0


def _die() -> None:
    os.kill(os.getpid(), SIGKILL)


def _before(function: Callable[..., Any], countdown: _Countdown) -> Callable[..., Any]:
    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if countdown.is_over():
            _die()
        return function(*args, **kwargs)

    return wrapped


def _after(function: Callable[..., Any], countdown: _Countdown) -> Callable[..., Any]:
    if iscoroutinefunction(function):

        @wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            result = await function(*args, **kwargs)
            if countdown.is_over():
                _die()
            return result

        return awaited

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if countdown.is_over():
            _die()
        return result

    return wrapped


def _torn(write: Callable[[int, bytes], int], countdown: _Countdown) -> Callable[[int, bytes], int]:
    def wrapped(descriptor: int, data: bytes) -> int:
        if countdown.is_over():
            write(descriptor, data[: len(data) // 2])
            _die()
        return write(descriptor, data)

    return wrapped


def _slow(function: Callable[..., Any], _: _Countdown) -> Callable[..., Any]:
    @wraps(function)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(random.uniform(0, SLOW_SECONDS))
        return await function(*args, **kwargs)

    return wrapped


_WRAPPERS: dict[str, Callable[[Callable[..., Any], _Countdown], Callable[..., Any]]] = {
    "before": _before,
    "after": _after,
    "torn": _torn,
    "slow": _slow,
}
