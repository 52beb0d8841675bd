"""Plain counts to a report: whatever is said, it never raises and always makes a valid event."""

from decimal import Decimal
from typing import Any, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers import usage_report
from tollbook_producers.event_builder import build_event
from tollbook_producers.facts import CallSpec, outcome
from tollbook_producers.plain_report import ReportedUsage
from tollbook_schemas import LLMUsageStatus, new_event_id
from tollbook_schemas.usage import USAGE_FIELDS

NAMES = sorted(get_type_hints(ReportedUsage))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 50),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=5),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.binary(max_size=3),
)


def test_every_count_of_an_event_can_be_said() -> None:
    assert set(USAGE_FIELDS) <= set(NAMES)


def test_what_is_said_is_what_is_reported() -> None:
    report = usage_report(
        prompt_tokens=100,
        completion_tokens=10,
        cached_prompt_tokens=40,
        output_audio_seconds=1.5,
        provider_cost_usd="0.0123",
        raw_usage={"in": 100, "note": "free text is dropped"},
        request_id="r",
        service_tier="flex",
        attempts=2,
    )
    assert (report.usage.prompt_tokens, report.usage.cached_prompt_tokens) == (100, 40)
    assert (report.usage.output_audio_seconds, report.usage.provider_cost_usd) == (Decimal("1.500"), Decimal("0.0123"))
    assert (report.raw_usage, report.request_id, report.service_tier, report.attempts) == ({"in": 100}, "r", "flex", 2)
    assert (report.usage.total_tokens, report.usage.flags, report.complete) == (None, (), True)


def test_parts_are_cut_to_their_whole() -> None:
    usage = usage_report(prompt_tokens=10, completion_tokens=5, cached_prompt_tokens=20, reasoning_tokens=9).usage
    assert (usage.cached_prompt_tokens, usage.reasoning_tokens) == (10, 5)
    assert set(usage.flags) == {"cached_prompt_tokens_clamped", "reasoning_tokens_clamped"}


def test_malformed_values_are_flagged() -> None:
    said: dict[str, Any] = {"prompt_tokens": -1, "completion_tokens": "12", "provider_cost_usd": "dear"}
    usage = usage_report(**said).usage
    assert not usage.is_reported
    assert set(usage.flags) == {"prompt_tokens_invalid", "completion_tokens_invalid", "provider_cost_usd_invalid"}


def test_an_error_in_the_answer() -> None:
    report = usage_report(error_type="overloaded", prompt_tokens=3)
    assert (report.status, report.error_type, report.usage.prompt_tokens) == (LLMUsageStatus.ERROR, "overloaded", 3)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_anything_makes_a_valid_event(said: dict[str, Any]) -> None:
    report = usage_report(**said)
    event = build_event(outcome(CallSpec("acme", "m", {}), report, None, {}), new_event_id())
    assert event.prompt_tokens == report.usage.prompt_tokens
    assert "usage_invalid" not in event.flags
