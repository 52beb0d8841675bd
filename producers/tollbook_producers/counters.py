"""How many events this process handed over, and what became of them."""

import threading
from dataclasses import asdict, dataclass
from typing import Literal

Fate = Literal["published", "delivered", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class PublisherStats:
    """Events of this process since it began (or forked).

    `published` were queued; of these `delivered` were acknowledged by the broker and `failed` were given up. `dropped`
    never entered the queue: it was full, or no valid event could be made.
    """

    published: int = 0
    delivered: int = 0
    failed: int = 0
    dropped: int = 0

    @property
    def pending(self) -> int:
        """Queued events whose fate is still open."""
        return self.published - self.delivered - self.failed


class Counters:
    """Thread-safe counts by fate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = asdict(PublisherStats())

    def add(self, fate: Fate) -> None:
        """Count one event."""
        with self._lock:
            self._counts[fate] += 1

    def snapshot(self) -> PublisherStats:
        """The counts at one moment."""
        with self._lock:
            return PublisherStats(**self._counts)
