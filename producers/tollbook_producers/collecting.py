"""Collect the usage of every call that begins inside a stretch of code, as its events have it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tollbook_producers import scope
from tollbook_producers.attribution import use_case_of
from tollbook_producers.log import warn_once
from tollbook_producers.scope import Collecting, Collection
from tollbook_producers.session_usage import NONE, SessionUsage, session_usage
from tollbook_producers.token_usage import TokenUsage, usage_of


class CollectedUsage:
    """What was used so far; figures may still grow while calls that began inside are under way. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_use_case: dict[str, TokenUsage] = {}
        self._seen: set[tuple[str, str]] = set()

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add one event's facts; those of an object that was seen before are the same event again."""
        use_case, usage = use_case_of(facts["use_case"]), usage_of(facts)
        with self._lock:
            if facts.get("source_id") is not None:
                seen = (facts["provider"], facts["source_id"])
                if seen in self._seen:
                    return
                self._seen.add(seen)
            self._by_use_case[use_case] = self._by_use_case.get(use_case, NONE) + usage

    @property
    def by_use_case(self) -> dict[str, TokenUsage]:
        """Sums by use case; `unattributed` for calls that name none."""
        with self._lock:
            return dict(self._by_use_case)

    @property
    def usage(self) -> TokenUsage:
        """The sum of everything, at one moment."""
        return sum(self.by_use_case.values(), NONE)

    @property
    def buckets(self) -> SessionUsage:
        """The session's buckets; use cases that are in none of them are left out."""
        return session_usage(self.by_use_case)


@contextmanager
def collect_usage(into: CollectedUsage | None = None) -> Iterator[CollectedUsage]:
    """Collect the usage of every tracked call that begins inside, in tasks and carried threads too.

    >>> with collect_usage() as collected:
    ...     tracked_call(lambda: 1, provider="acme", model="m1", extract=lambda _: usage_report(prompt_tokens=12))
    1
    >>> collected.usage.calls, collected.usage.prompt_tokens, collected.usage.completion_tokens
    (1, 12, None)

    Collections nest: each has the calls of those inside it. `into` goes on with an earlier one, for a session that
    spans several stretches of code.
    """
    collecting = Collecting(CollectedUsage() if into is None else into)
    try:
        with scope.inside(scope.collected(scope.current(), collecting)):
            yield collecting.collection
    finally:
        collecting.is_over = True


def note(collections: tuple[Collection, ...], facts: Mapping[str, Any]) -> None:
    """Tell the collections that a call began in how it ended. Never raises."""
    for collection in collections:
        try:
            collection.note(facts)
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            warn_once("a call's usage could not be collected", error)
