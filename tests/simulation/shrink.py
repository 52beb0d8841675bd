"""Makes a failing schedule small: leaves out steps, then lowers bytes, as long as it fails."""

from collections.abc import Callable

Fails = Callable[[list[bytes]], bool]


def shrink(schedule: list[bytes], fails: Fails) -> list[bytes]:
    """The smallest failing schedule found; the first set of bytes stays first."""
    head, steps = schedule[:1], list(schedule[1:])
    size = max(1, len(steps) // 2)
    while size:
        at = 0
        while at < len(steps):
            shorter = steps[:at] + steps[at + size :]
            if fails(head + shorter):
                steps = shorter
            else:
                at += size
        size //= 2
    return _lowered(head + steps, fails)


def _lowered(schedule: list[bytes], fails: Fails) -> list[bytes]:
    for at, step in enumerate(schedule):
        for place in range(1, len(step)):
            lower = schedule[at][:place] + b"\0" + schedule[at][place + 1 :]
            if fails([*schedule[:at], lower, *schedule[at + 1 :]]):
                schedule = [*schedule[:at], lower, *schedule[at + 1 :]]
    return schedule
