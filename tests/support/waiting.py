"""Waiting for something to become true, with a deadline and never with a sleep for luck."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

POLL_SECONDS = 0.05


def eventually(check: Callable[[], Value | None], timeout: float = 30) -> Value:
    """Calls `check` until it returns something true and returns that.

    An AssertionError in `check` counts as not yet; the last one is raised when `timeout` seconds are over.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            value = check()
            assert value, f"still {value!r} after {timeout} s"
            return value
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(POLL_SECONDS)
