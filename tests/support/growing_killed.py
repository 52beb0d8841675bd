"""The command with a failpoint: `python -m support.growing_killed POINT topics grow …` kills itself there."""

import sys
from collections.abc import Callable

from support.failpoints import after, die
from tollbook_cli.__main__ import main
from tollbook_cli.commands import topics as command
from tollbook_sinks.growing import grow
from tollbook_sinks.growing.topics import GrowingTopics

POINTS: dict[str, Callable[[], None]] = {
    "changelogs grown": after(GrowingTopics, "grow"),
    "recorded": after(sys.modules[grow.__module__], "_record"),
    "sources grown": after(GrowingTopics, "grow", 2),
    "on record, nobody told": lambda: setattr(command, "nudge_sinks", die),
}

if __name__ == "__main__":
    POINTS[sys.argv.pop(1)]()
    main()
