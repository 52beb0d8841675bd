"""The command with a failpoint: `python -m support.replay_killed POINT replay …` kills itself with SIGKILL there."""

import os
import sys
from collections.abc import Callable

from support.failpoints import after, die
from tollbook_cli.__main__ import main
from tollbook_sinks.replay import attempt, run
from tollbook_sinks.replay.following import Following
from tollbook_sinks.replay.topic import ReplayTopics


def half_followed() -> None:
    """Read record by record, and die once the first partition's mark is stored: no other partition's can be."""
    os.environ["TOLLBOOK_SINK_BATCH_RECORDS"] = "1"
    after(Following, "step", when=lambda following: following.stored() > 0)()


POINTS: dict[str, Callable[[], None]] = {
    "begun": after(run, "begin"),
    "topic made": after(ReplayTopics, "create"),
    "seeded": after(ReplayTopics, "seed"),
    "half followed": half_followed,
    "replaced, not committed": after(attempt, "replace_partials"),
    "switched, not committed": after(attempt, "switch"),
    "committed, not announced": lambda: setattr(ReplayTopics, "announce", die),
    "announced": after(ReplayTopics, "announce"),
}

if __name__ == "__main__":
    POINTS[sys.argv.pop(1)]()
    main()
