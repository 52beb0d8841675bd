"""The command with a failpoint: `python -m support.growing_killed POINT topics grow …` kills itself there."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from tollbook_cli.__main__ import main
from tollbook_cli.commands import topics as command
from tollbook_sinks.growing import grow
from tollbook_sinks.growing.topics import GrowingTopics


def die(*_: object, **__: object) -> None:
    """The end, noticed by nobody here."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(place: Any, name: str, times: int = 1) -> Callable[[], None]:
    """Die when the function has returned so many times."""

    def arm() -> None:
        original, left = getattr(place, name), iter(range(times - 1))

        def deadly(*arguments: Any, **named: Any) -> Any:
            answer = original(*arguments, **named)
            if next(left, None) is None:
                die()
            return answer

        setattr(place, name, deadly)

    return arm


POINTS: dict[str, Callable[[], None]] = {
    "changelogs grown": after(GrowingTopics, "grow"),
    "recorded": after(sys.modules[grow.__module__], "_record"),
    "sources grown": after(GrowingTopics, "grow", 2),
    "on record, nobody told": lambda: setattr(command, "nudge_sinks", die),
}

if __name__ == "__main__":
    POINTS[sys.argv.pop(1)]()
    main()
