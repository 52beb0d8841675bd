"""What the lines of a folder say, read in order: outcomes, and which calls are open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tollbook_producers.spool.line import Record

Facts = Mapping[str, Any]


@dataclass(slots=True)  # made for every call: freezing would make it three times as slow
class Outcome:
    """An event to be made: its id as text, and what it says."""

    event_id: str
    facts: Facts


class OpenCalls:
    """The calls that began and did not end.

    `rewritten` are the calls with an `r` line that is still to be read: only of these it must be remembered that they
    ended, because the line may stand behind their end.
    """

    def __init__(self, rewritten: Iterable[str] = (), *, forget: bool = True) -> None:
        self.rewritten = set(rewritten)
        self._forget = forget
        self._over: set[str] = set()
        self._latest: dict[str, tuple[int, Facts]] = {}

    def __len__(self) -> int:
        return len(self._latest)

    def take(self, record: Record, segment: int) -> Outcome | None:
        """Take the next record, from this segment; an outcome is handed on. Raises ValueError for a kind unknown."""
        match record:
            case ["b", str(call), dict(facts)]:
                if call in self._over:
                    self._over.discard(call)
                else:
                    self._latest[call] = (segment, facts)
            case ["p", str(call), dict(facts)]:
                if call in self._latest:
                    self._latest[call] = (segment, facts)
            case ["r", str(call), dict(facts)]:
                self._take_rewritten(call, facts, segment)
            case ["e", str(call), str(event_id), dict(facts)]:
                self._end(call)
                return Outcome(event_id, facts)
            case ["l", str(event_id), dict(facts)]:
                return Outcome(event_id, facts)
            case ["c", str(call)]:
                self._end(call)
            case _:
                raise ValueError("a record of a kind that this version does not know")
        return None

    def close(self, call: str) -> None:
        """A call is over, whether its beginning was read already or not."""
        if self._latest.pop(call, None) is None:
            self._over.add(call)

    def begun_until(self, segment: int) -> list[tuple[str, Facts]]:
        """Open calls of which nothing stands behind this segment."""
        return [
            (call, facts)
            for call, (known, facts) in self._latest.items()
            if known <= segment and call not in self.rewritten
        ]

    def interrupted(self) -> list[Outcome]:
        """The event of each call that is open and never ends: its id is the one reserved for it."""
        return [Outcome(call, facts) for call, (_, facts) in self._latest.items()]

    def _take_rewritten(self, call: str, facts: Facts, segment: int) -> None:
        if call not in self._over:
            self._latest[call] = (segment, facts)
        if self._forget:
            self.rewritten.discard(call)
            self._over.discard(call)

    def _end(self, call: str) -> None:
        self._latest.pop(call, None)
        if call in self.rewritten:
            self._over.add(call)
