"""What the provider did with each request: the other side's account, which the usage events must agree with."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Count = int | float | Decimal
Counts = Mapping[str, Count]


class Outcome(StrEnum):
    """How a request is dealt with."""

    WELL = "well"
    WITHOUT_USAGE = "without usage"
    NEVER = "never"
    WITH_AN_ERROR = "with an error"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `told` are the counts that the answer stated, under the ledger's names; what is absent was not told.

    `model` is the one asked for. `connection` numbers the realtime session that a request was part of; `count` is more
    than one where the requests of a session are taken as one.
    """

    task: str
    model: str
    outcome: Outcome
    told: Counts
    connection: int | None = None
    count: int = 1


class Book:
    """The requests in the order of their answers, and which outcome each task is to have next. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._planned: dict[str, list[Outcome]] = {}
        self._number = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries so far."""
        with self._lock:
            return tuple(self._entries)

    def plan(self, task: str, *outcomes: Outcome) -> None:
        """Deal so with the next requests of a task; those after them are answered well."""
        with self._lock:
            self._planned[task] = list(outcomes)

    def outcome(self, task: str) -> Outcome:
        """What to do with a request that has just arrived."""
        with self._lock:
            planned = self._planned.get(task)
            return planned.pop(0) if planned else Outcome.WELL

    def number(self) -> int:
        """The next number, from which an answer's figures are made: no two answers state the same."""
        with self._lock:
            self._number += 1
            return self._number

    def enter(self, entry: Entry) -> None:
        """Write down a request that was dealt with."""
        with self._lock:
            self._entries.append(entry)

    def totals(self) -> Counter[str]:
        """All token counts told, by name."""
        totals: Counter[str] = Counter()
        for entry in self.entries:
            totals.update({name: int(count) for name, count in entry.told.items() if name.endswith("_tokens")})
        return totals
