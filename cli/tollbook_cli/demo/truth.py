"""What the provider server knows about each call: how it ended and what was served."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from tollbook_cli.demo.plan import planned_call
from tollbook_schemas import LLMUsageStatus

GroupKey = tuple[str, str, str]
"""Provider, model asked for, use case."""


@dataclass(frozen=True, slots=True)
class Served:
    """The last thing that the server did about a call."""

    status: LLMUsageStatus
    counts: Mapping[str, int] = field(default_factory=dict)


class Truth:
    """The server's own book. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._attempts: Counter[int] = Counter()
        self._served: dict[int, Served] = {}

    def begin(self, number: int) -> int:
        """Note a request for a call; which attempt it is, from 1."""
        with self._lock:
            self._attempts[number] += 1
            return self._attempts[number]

    def end(self, number: int, served: Served) -> None:
        """Note what was done about it; a later attempt replaces an earlier one."""
        with self._lock:
            self._served[number] = served

    @property
    def requests(self) -> int:
        """All requests, retries included."""
        with self._lock:
            return self._attempts.total()

    def totals(self) -> Counter[str]:
        """Calls by status (`calls_success` and so on) and tokens by class, over all calls."""
        return _sum(self._snapshot().values())

    def groups(self) -> dict[GroupKey, Counter[str]]:
        """The same for each provider, model and use case."""
        groups: dict[GroupKey, list[Served]] = {}
        for number, served in self._snapshot().items():
            call = planned_call(number)
            key = (call.case.answer.provider, call.case.answer.model, call.use_case)
            groups.setdefault(key, []).append(served)
        return {key: _sum(calls) for key, calls in groups.items()}

    def _snapshot(self) -> dict[int, Served]:
        with self._lock:
            return dict(self._served)


def _sum(calls: Iterable[Served]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for call in calls:
        totals[f"calls_{call.status.value}"] += 1
        totals.update(call.counts)
    return totals
