"""The command with a failpoint: `python -m support.replay_killed POINT replay …` kills itself with SIGKILL there."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from tollbook_cli.__main__ import main
from tollbook_sinks.replay import attempt, run
from tollbook_sinks.replay.following import Following
from tollbook_sinks.replay.topic import ReplayTopics


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
    "begun": after(run, "begin"),
    "topic made": after(ReplayTopics, "create"),
    "seeded": after(ReplayTopics, "seed"),
    "half followed": after(Following, "step", 30),
    "replaced, not committed": after(attempt, "replace_partials"),
    "switched, not committed": after(attempt, "switch"),
    "committed, not announced": lambda: setattr(ReplayTopics, "announce", die),
    "announced": after(ReplayTopics, "announce"),
}

if __name__ == "__main__":
    POINTS[sys.argv.pop(1)]()
    main()
