"""Untracked calls counted at run time, by the line that makes them."""

import threading
from dataclasses import dataclass

from tollbook_producers.guard.doors import listen, unlisten
from tollbook_producers.guard.place import Place
from tollbook_producers.log import logger

MAX_LINES = 1000
"""Lines beyond are counted together, under the file `other lines`."""

_OTHERS: Place = ("other lines", 0)


@dataclass(frozen=True, slots=True)
class UntrackedCall:
    """How often a line has made a billable call that no tracked client or `tracked_call` saw."""

    provider: str
    surface: str
    file: str
    line: int
    count: int


class _Counter:
    """Counts, and says each line once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str, Place], int] = {}
        self.is_on = False

    def switch(self, *, on: bool) -> None:
        with self._lock:
            if on != self.is_on:
                (listen if on else unlisten)(self)
                self.is_on = on
                if on:
                    self._counts.clear()

    def __call__(self, provider: str, surface: str, place: Place) -> None:
        with self._lock:
            if (provider, surface, place) not in self._counts and len(self._counts) >= MAX_LINES:
                place = _OTHERS
            count = self._counts.get((provider, surface, place), 0)
            self._counts[provider, surface, place] = count + 1
        if count == 0:
            file, line = place
            logger.warning(
                "an untracked %s call (%s) from %s:%d: wrap the client or use tracked_call; this line is named once",
                provider,
                surface,
                file,
                line,
            )

    def calls(self) -> tuple[UntrackedCall, ...]:
        with self._lock:
            found = [UntrackedCall(*key[:2], *key[2], count) for key, count in self._counts.items()]
        return tuple(sorted(found, key=lambda call: -call.count))


_counter = _Counter()


def watch_untracked() -> None:
    """Count from now on the billable calls of openai and google-genai clients that leave this process untracked.

    Each line that makes one is logged once, as a warning of the logger `tollbook_producers`. Calls go on untouched.
    While LLM_USAGE_TRACKING_ENABLED is false nothing is counted. Watching twice is watching once.
    """
    _counter.switch(on=True)


def unwatch_untracked() -> None:
    """Stop; the counts stay until the next `watch_untracked`."""
    _counter.switch(on=False)


def untracked_calls() -> tuple[UntrackedCall, ...]:
    """What `watch_untracked` has counted, by provider, surface and line, the most frequent first."""
    return _counter.calls()
