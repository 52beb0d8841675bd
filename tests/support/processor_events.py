"""Usage events for the processor's tests, with the totals they must come to, kept by adding up by hand.

The truth is made from what a test meant an event to be (on time, late, dead), never from the code under test.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from tollbook_schemas.codec import encode_event
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.ids import derived_event_id, ms_to_datetime
from tollbook_schemas.topics import END_KEY, IMPORT_HEADER, TICK_KEY

Headers = tuple[tuple[str, bytes], ...]
Totals = dict[tuple[object, ...], dict[str, int]]
"""(partition, import id, window start in ms, project, model) to the measures that are not zero."""


class Message(NamedTuple):
    """A record to be written."""

    key: bytes
    value: bytes
    headers: Headers = ()


TICK = Message(TICK_KEY, b"")


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `n` makes its id unique."""

    n: int
    created_ms: int
    project: str = "p1"
    model: str = "gpt-x"
    status: str = "success"
    prompt: int | None = 10
    completion: int | None = 5
    latency: int | None = None

    def message(self, import_id: str | None = None) -> Message:
        """The record of this call."""
        key, value = encode_event(self.event())
        return Message(key, value, () if import_id is None else import_header(import_id))

    def event(self) -> UsageEvent:
        """The event of this call."""
        return UsageEvent(
            id=derived_event_id(self.created_ms, "call", str(self.n)),
            created_at=ms_to_datetime(self.created_ms),
            provider="openai",
            model=self.model,
            status=self.status,
            use_case="barbara_analysis",
            workspace_id="w1",
            project_id=self.project,
            prompt_tokens=self.prompt,
            completion_tokens=self.completion,
            latency_ms=self.latency,
        )


@dataclass(slots=True)
class Truth:
    """What the totals must be."""

    width_ms: int = 3_600_000
    totals: defaultdict[tuple[object, ...], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, partition: int, call: Call, import_id: str | None = None) -> None:
        """Count an on-time call."""
        window = call.created_ms // self.width_ms * self.width_ms
        total = self.totals[(partition, import_id, window, call.project, call.model)]
        total["events"] += 1
        total[f"calls_{call.status}"] += 1
        total["calls_with_usage"] += call.prompt is not None or call.completion is not None
        for name, amount in (("prompt_tokens", call.prompt), ("completion_tokens", call.completion)):
            if amount is not None:
                total[name] += amount
                total[f"{name}_calls"] += 1
        if call.latency is not None:
            total["latency_ms"] += call.latency
            total["latency_ms_calls"] += 1

    def result(self) -> Totals:
        """All totals, without the measures that are zero."""
        return {key: {name: value for name, value in total.items() if value} for key, total in self.totals.items()}


def import_header(import_id: str) -> Headers:
    """The header that every record of an import has."""
    return ((IMPORT_HEADER, import_id.encode()),)


def import_end(import_id: str) -> Message:
    """The end of an import in a partition."""
    return Message(END_KEY, b"", import_header(import_id))


def import_named(number: int) -> str:
    """A well-formed import id."""
    return f"imp_{number:032x}"
