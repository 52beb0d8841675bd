"""How a worker in the foreground is asked to stop."""

import signal
from threading import Event


def stop_when_asked() -> Event:
    """An event that SIGTERM and Ctrl-C set, so that the work in hand is finished first. For the main thread."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
