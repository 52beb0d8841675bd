"""One public surface: its names, and the examples in its docstrings, run."""

import doctest

import pytest

import tollbook_producers
from support.provider_events import EventList

WITH_EXAMPLES = (
    *("carry", "collect_usage", "open_call", "track_call", "tracked_call", "usage_context", "usage_report"),
    "with_token_usage",
)


def test_the_public_names() -> None:
    assert sorted(tollbook_producers.__all__) == [
        "CallReport",
        "CollectedUsage",
        "KafkaPublisher",
        "Publisher",
        "PublisherStats",
        "ReportedCall",
        "SessionUsage",
        "TokenUsage",
        "UnenforceableTimeoutError",
        "UnsupportedClientError",
        "UntrackedCall",
        "UsageContext",
        "WithTokenUsage",
        "allow_untracked",
        "carry",
        "collect_usage",
        "configure",
        "flush",
        "open_call",
        "publisher_stats",
        "track_call",
        "track_gemini",
        "track_openai",
        "tracked_call",
        "untracked_calls",
        "unwatch_untracked",
        "usage_context",
        "usage_report",
        "watch_untracked",
        "with_token_usage",
    ]
    assert all(hasattr(tollbook_producers, name) for name in tollbook_producers.__all__)


@pytest.mark.parametrize("name", tollbook_producers.__all__)
def test_every_name_is_documented(name: str) -> None:
    assert (getattr(tollbook_producers, name).__doc__ or "").strip()


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_run(events: EventList, name: str) -> None:
    public = {name: getattr(tollbook_producers, name) for name in tollbook_producers.__all__}
    (example,) = doctest.DocTestFinder(recurse=False).find(public[name], name, globs=public)
    result = doctest.DocTestRunner().run(example)
    assert (result.failed, result.attempted > 0) == (0, True)
    assert all("invalid" not in flag for event in events for flag in event.flags)
