"""How many events this process handed over, and what became of them."""

import threading
from dataclasses import dataclass
from typing import Literal

Fate = Literal["recorded", "delivered", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class PublisherStats:
    """Events of this process since it began (or forked).

    `recorded` are on disk or in the queue to Kafka; of these `delivered` were acknowledged by the broker and `failed`
    are such as no broker takes. `dropped` calls have no event of their own: nothing had room for it, or no valid event
    could be made; what counts them on the ledger is one event for all. `spooled_bytes` is the size of this process's
    part of the spool.
    """

    recorded: int = 0
    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    spooled_bytes: int = 0

    @property
    def pending(self) -> int:
        """Recorded events whose fate is still open."""
        return self.recorded - self.delivered - self.failed


class Counters:
    """Thread-safe counts by fate."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a finalizer may count in the middle of another count
        self._counts: dict[Fate, int] = {"recorded": 0, "delivered": 0, "failed": 0, "dropped": 0}

    def add(self, fate: Fate) -> None:
        """Count one event."""
        with self._lock:
            self._counts[fate] += 1

    def snapshot(self) -> PublisherStats:
        """The counts at one moment."""
        with self._lock:
            return PublisherStats(**self._counts)
