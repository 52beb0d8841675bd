"""What apps publish: calls, with their measures counted by hand."""

from dataclasses import dataclass
from functools import lru_cache

from tollbook_schemas.codec import encode_event
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.ids import derived_event_id, ms_to_datetime

Counted = dict[str, int]
"""Measures by name, without those that are zero."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `number` and `created_ms` make its id; two calls that share an id and differ are a conflict."""

    number: int
    created_ms: int
    project: str
    model: str
    status: str
    prompt: int | None
    calls: int

    @property
    def id(self) -> str:
        """The event's id."""
        return _encoded(self)[0].decode()

    @property
    def record(self) -> tuple[bytes, bytes]:
        """Key and value."""
        return _encoded(self)

    def measures(self) -> Counted:
        """What it adds to its total."""
        counted = {"events": 1, f"calls_{self.status}": self.calls}
        if self.prompt is not None:
            counted |= {"calls_with_usage": self.calls, "prompt_tokens_calls": self.calls}
            counted |= {"prompt_tokens": self.prompt} if self.prompt else {}
        return counted


@lru_cache(maxsize=4096)
def _encoded(call: Call) -> tuple[bytes, bytes]:
    return encode_event(
        UsageEvent(
            id=derived_event_id(call.created_ms, "simulated", str(call.number)),
            created_at=ms_to_datetime(call.created_ms),
            provider="openai",
            model=call.model,
            status=call.status,
            use_case="barbara_analysis",
            project_id=call.project,
            prompt_tokens=call.prompt,
            call_count=call.calls,
        )
    )


def plus(left: Counted, right: Counted, sign: int = 1) -> Counted:
    """The sum, or with -1 the difference, of two counts."""
    names = left.keys() | right.keys()
    total = {name: left.get(name, 0) + sign * right.get(name, 0) for name in names}
    return {name: value for name, value in total.items() if value}
