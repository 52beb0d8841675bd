"""Python's lock between threads, made to fit a thread that reads batches while another one writes them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_SECONDS = 0.0005
"""How long the reading thread may go on when Postgres has answered. A batch is some twenty answers: at Python's five
milliseconds each, waiting for the lock takes longer than Postgres does."""


@contextmanager
def quick_switches() -> Iterator[None]:
    """Hands the interpreter over soon to whoever waits for it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
