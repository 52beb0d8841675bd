"""Outcomes that the disk does not take, in memory and bounded, and a count that needs no lock."""

import itertools
import threading
from collections import deque
from dataclasses import dataclass

MAX_OUTCOMES = 5_000


@dataclass(frozen=True, slots=True)
class Kept:
    """An outcome as the line that the disk did not take. `call`: its beginning is on disk, under this id."""

    line: bytes
    call: str | None


class Overflow:
    """A queue that refuses instead of growing beyond its bound."""

    def __init__(self, bound: int = MAX_OUTCOMES) -> None:
        self._bound = bound
        self._kept: deque[Kept] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, kept: Kept) -> bool:
        """Keep an outcome, if there is room."""
        if len(self._kept) >= self._bound:
            return False
        self._kept.append(kept)
        return True

    def take(self) -> Kept | None:
        """The oldest outcome."""
        return self._kept.popleft() if self._kept else None


class Tally:
    """Counts from any thread, and from a finalizer that interrupts another count, without a lock."""

    def __init__(self) -> None:
        self.add = itertools.count().__next__
        self._reading = threading.RLock()
        self._readings = 0

    def value(self) -> int:
        """How often `add` was called. Reading counts too, and is taken off again."""
        with self._reading:
            self._readings += 1
            return self.add() - (self._readings - 1)
