"""What is true of a source log, by the rules of the architecture in a few plain lines that share nothing with the
product: written down record by record as the log is written."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from simulation.calls import Call, Counted, plus

Verdict = Literal["on_time", "late", "dead", "tick", "end"]
Key = tuple[str, int, str, str]
"""Stream, window, project, model."""
Scope = int | str
Opened = dict[Scope, tuple[int, int]]
"""What is open: records in it, and the first one's offset."""


class Fact(NamedTuple):
    """One record of a source log; `clock`, `ended` and `open` are the partition's after it."""

    offset: int
    verdict: Verdict
    call: Call | None
    stream: str
    clock: int
    ended: dict[str, int]
    open: Opened

    @property
    def key(self) -> Key:
        """Where a call is counted."""
        assert self.call
        return self.stream, window_of(self.call), self.call.project, self.call.model


NOTHING = Fact(-1, "tick", None, "live", 0, {}, {})


def window_of(call: Call) -> int:
    """Start of the call's window."""
    return call.created_ms // 10_000 * 10_000


@dataclass(slots=True)
class LogTruth:
    """The facts of one source partition.

    `totals`: the gross total of a key folded up to an offset. `reruns`: imports with calls on time after an end, which
    was forgotten.
    """

    facts: list[Fact] = field(default_factory=list)
    totals: dict[Key, dict[int, Counted]] = field(default_factory=dict)
    reruns: set[str] = field(default_factory=set)
    _clock: int = 0
    _ended: dict[str, int] = field(default_factory=dict)
    _once_ended: set[str] = field(default_factory=set)
    _open: Opened = field(default_factory=dict)
    _running: dict[Key, Counted] = field(default_factory=dict)

    def write(self, offset: int, stamp: int, what: Call | str, stream: str = "live") -> None:
        """A record was appended: a call, "junk", "tick" or "end"."""
        self._clock = max(self._clock, stamp)
        self._ended = {name: at for name, at in self._ended.items() if at >= self._clock - 60_000}
        call = what if isinstance(what, Call) else None
        if what == "end":
            self._end(stream)
        verdict = self._verdict(stamp, what, stream)
        if call and verdict == "on_time":
            self._count(offset, call, stream)
        self._open = {
            scope: entry
            for scope, entry in self._open.items()
            if isinstance(scope, str) or self._clock <= scope + 15_000
        }
        self.facts.append(Fact(offset, verdict, call, stream, self._clock, dict(self._ended), dict(self._open)))

    def at(self, offset: int) -> Fact:
        """The last fact up to an offset."""
        index = bisect_right(self.facts, offset, key=lambda fact: fact.offset)
        return self.facts[index - 1] if index else NOTHING

    def _verdict(self, stamp: int, what: Call | str, stream: str) -> Verdict:
        if what == "end":
            return "end"
        if not isinstance(what, Call):
            return "tick" if what == "tick" else "dead"
        if what.created_ms > stamp + 2_000:
            return "dead"
        if stream != "live":
            return "late" if stream in self._ended else "on_time"
        if self._clock > what.created_ms + 60_000:
            return "dead"
        return "late" if self._clock > window_of(what) + 15_000 else "on_time"

    def _end(self, stream: str) -> None:
        self._ended.setdefault(stream, self._clock)
        self._once_ended.add(stream)
        self._open.pop(stream, None)
        self._running = {key: total for key, total in self._running.items() if key[0] != stream}

    def _count(self, offset: int, call: Call, stream: str) -> None:
        window = window_of(call)
        key = (stream, window, call.project, call.model)
        if stream in self._once_ended:
            self.reruns.add(stream)
        self._running[key] = plus(self._running.get(key, {}), call.measures())
        self.totals.setdefault(key, {})[offset] = self._running[key]
        scope: Scope = window if stream == "live" else stream
        count, first = self._open.get(scope, (0, offset))
        self._open[scope] = (count + 1, first)
