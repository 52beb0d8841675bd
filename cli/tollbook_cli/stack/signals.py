"""Signals: `tollbook down` and Ctrl-C both interrupt, and nothing interrupts a stop."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupted_by_termination() -> Iterator[None]:
    """Makes SIGTERM, which `tollbook down` sends, raise KeyboardInterrupt as Ctrl-C does. For the main thread."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Holds off Ctrl-C and SIGTERM, because a stop cut short leaves processes behind. A stop takes bounded time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
