"""Growing, step by step. Each step can be broken off and done again; in between nothing is lost, some of it waits.

Why in this order:

- Changelogs first: a processor folds a source partition only where its changelog has one of the same number.
- Then the recorded set: from then on no window closes before the new partitions' clocks have passed it, although there
  is nothing in them yet. So whatever producers write to them at once is counted in windows that wait for it.
- Then the source topics. A sink takes recorded partitions that are not there yet for what they are: about to come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS
from tollbook_sinks.generations import live_generations
from tollbook_sinks.growing.errors import GrowingRefusedError
from tollbook_sinks.growing.topics import GrowingTopics
from tollbook_sinks.offsets import register
from tollbook_sinks.queries import load_queries
from tollbook_sinks.records import SIDES, Feed
from tollbook_sinks.topology import describe_logs

QUERIES = load_queries("growing.sql")
STEP = "Steps"
STEPS = 3


@dataclass(frozen=True, slots=True)
class Growth:
    """From how many partitions to how many, and what was done: topics that grew, partitions that were recorded."""

    before: int
    after: int
    grown: tuple[str, ...]
    recorded: int


def grow(
    settings: Settings,
    connection: Connection[Any],
    wanted: int,
    report: Callable[[str, int, int], None],
) -> Growth:
    """Give every topic `wanted` partitions. The caller holds the lock of administration.

    Raises GrowingRefusedError, GrowingFailedError.
    """
    live = settings.of_generations(live_generations(connection))
    topics = GrowingTopics(live)
    before = min(topics.partitions(topics.sources).values())
    _refuse(connection, topics, wanted)
    grown = topics.grow(topics.changelogs(), wanted)
    report(STEP, 1, STEPS)
    recorded = _record(connection, live, wanted)
    report(STEP, 2, STEPS)
    grown += topics.grow(topics.sources, wanted)
    report(STEP, 3, STEPS)
    return Growth(before, wanted, tuple(grown), recorded)


def _refuse(connection: Connection[Any], topics: GrowingTopics, wanted: int) -> None:
    sizes = topics.partitions([*topics.sources, *topics.changelogs()])
    largest = max(sizes, key=lambda name: sizes[name])
    if sizes[largest] > wanted:
        raise GrowingRefusedError(f"{largest} has {sizes[largest]} partitions: topics only grow, say at least so many")
    imports = [stream for (stream,) in connection.execute(QUERIES["unfinished_imports"])]
    if imports:
        raise GrowingRefusedError(
            f"the import {imports[0]} is not compacted: wait, or run it again if it was broken off; then grow"
        )
    (replays,) = connection.execute(QUERIES["unfinished_replays"]).fetchone() or (0,)
    if replays:
        raise GrowingRefusedError("a replay was broken off: run the same `tollbook replay` again to its end, then grow")


def _record(connection: Connection[Any], live: Settings, wanted: int) -> int:
    """Record what is missing, from the first offset on; partitions from before that no sink has seen are its own."""
    recorded = {Feed(side, kind, number) for kind, number, side in connection.execute(QUERIES["recorded"])}
    if not recorded:
        return 0  # no sink has run: the first one records what it finds
    logs = describe_logs(live)
    missing = [
        Feed(side, kind, number)
        for side in SIDES
        for kind in STREAM_KINDS
        for number in range(wanted)
        if Feed(side, kind, number) not in recorded
    ]
    register(connection, [(feed, logs[feed.side, feed.kind], 0) for feed in missing])
    return len(missing)
