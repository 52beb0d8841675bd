"""The demo's calls, through the real SDKs and wrappers, against the demo's server: every event agrees with its book."""

from collections import Counter
from collections.abc import Iterator
from threading import Lock

import pytest

from tollbook_cli.demo.answers import CASES
from tollbook_cli.demo.live import make_calls
from tollbook_cli.demo.plan import planned_calls
from tollbook_cli.demo.provider_server import provider_server
from tollbook_producers import configure
from tollbook_schemas import UsageEvent

COUNTS = (
    "prompt_tokens",
    "completion_tokens",
    "cached_prompt_tokens",
    "reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "tool_use_prompt_tokens",
)


class Collected:
    """Events kept in memory instead of being sent."""

    def __init__(self) -> None:
        self.events: list[UsageEvent] = []
        self._lock = Lock()

    def publish(self, event: UsageEvent) -> None:
        with self._lock:
            self.events.append(event)

    def flush(self, timeout_seconds: float) -> int:  # noqa: ARG002 - nothing is ever pending
        return 0


@pytest.fixture
def collected() -> Iterator[Collected]:
    publisher = Collected()
    configure(publisher=publisher)
    yield publisher
    configure()


def totals_of(events: list[UsageEvent]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for event in events:
        totals[f"calls_{event.status.value}"] += 1
        totals.update({name: getattr(event, name) or 0 for name in COUNTS})
    return totals


def test_every_event_agrees_with_the_servers_book(collected: Collected) -> None:
    made: list[int] = []
    with provider_server() as server:
        make_calls(server.url, "demo-test", len(CASES), made.append)
        totals, groups = server.truth.totals(), server.truth.groups()
        requests = server.truth.requests
    assert made == list(range(1, len(CASES) + 1))
    assert requests > len(CASES)
    assert totals_of(collected.events) == totals
    for (provider, model, use_case), expected in groups.items():
        wanted = (provider, model, use_case)
        mine = [event for event in collected.events if (event.provider, event.model, event.use_case) == wanted]
        assert +totals_of(mine) == expected


def test_all_four_ways_to_end_are_planned() -> None:
    behaviours = {call.case.behaviour for call in planned_calls(len(CASES))}
    assert behaviours == {"answers", "recovers", "fails", "refuses", "hangs"}
    assert any(call.case.answer.usage is None for call in planned_calls(len(CASES)))
