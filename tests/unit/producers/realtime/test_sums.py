"""Sums of reports are exact, null only where nobody reported, and can be split into prices as their parts can."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.event_builder import build_event
from tollbook_producers.facts import CallSpec, outcome
from tollbook_producers.normalize import session_reader_for
from tollbook_producers.realtime.sums import SessionSum
from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus, NormalizedTokenUsage, new_event_id
from tollbook_schemas.usage import USAGE_FIELDS

counts = st.none() | st.integers(-1, 1000) | st.just("12")
details = st.none() | st.fixed_dictionaries(
    dict.fromkeys(("text_tokens", "audio_tokens", "image_tokens", "cached_tokens"), counts)
)
usages = st.none() | st.fixed_dictionaries(
    {
        "input_tokens": counts,
        "output_tokens": counts,
        "total_tokens": counts,
        "input_token_details": details,
        "output_token_details": details,
    }
)


def reported(usage: object) -> CallReport:
    message = {"type": "response.done", "response": {"id": "r", "usage": usage}}
    [found] = session_reader_for("openai", "realtime").feed(message)
    return found.report


@given(st.lists(usages, max_size=6))
def test_sums_of_whatever_providers_send(wire: list[object]) -> None:
    reports = [reported(usage) for usage in wire]
    total = SessionSum()
    for report in reports:
        total.add(report)
    for name in USAGE_FIELDS:
        values = [getattr(report.usage, name) for report in reports]
        known = [value for value in values if value is not None]
        assert getattr(total.usage(), name) == (sum(known) if known else None)


@given(st.lists(usages, max_size=6))
def test_a_sum_makes_a_valid_event(wire: list[object]) -> None:
    """No count of it is dropped, so the split into price classes is not negative."""
    total = SessionSum()
    for usage in wire:
        total.add(reported(usage))
    report = CallReport(usage=total.usage(), aggregate=True)
    event = build_event(outcome(CallSpec("openai", "m", {}), report, None, {}), new_event_id())
    assert [getattr(event, name) for name in USAGE_FIELDS] == [getattr(total.usage(), name) for name in USAGE_FIELDS]
    assert not {"usage_invalid", "flags_invalid"} & set(event.flags)


@given(st.lists(st.decimals("0", "1000", places=3), min_size=1, max_size=50))
def test_seconds_and_amounts_are_exact(values: list[Decimal]) -> None:
    total = SessionSum()
    for value in values:
        total.add(CallReport(NormalizedTokenUsage(billable_audio_seconds=value, provider_cost_usd=value, flags=())))
    assert total.usage().billable_audio_seconds == sum(values)
    assert total.usage().provider_cost_usd == sum(values)


def test_counts_that_only_some_reported() -> None:
    total = SessionSum()
    total.add(CallReport(NormalizedTokenUsage(prompt_tokens=1, cached_prompt_tokens=1, flags=())))
    assert total.usage().flags == ()
    total.add(CallReport(NormalizedTokenUsage(prompt_tokens=1, flags=())))
    assert (total.usage().cached_prompt_tokens, total.usage().flags) == (1, ("counts_partly_reported",))


def test_flags_are_united_and_bounded() -> None:
    total = SessionSum()
    for number in range(40):
        total.add(CallReport(NormalizedTokenUsage(prompt_tokens=1, flags=(f"flag_{number}", "same"))))
    assert (len(total.usage().flags), total.usage().flags[:2]) == (14, ("flag_0", "same"))
    assert total.usage().flags[-1] == "more_flags"


def test_one_response_keeps_its_raw_usage_and_tier() -> None:
    total = SessionSum()
    total.add(CallReport(raw_usage={"input_tokens": 1}, service_tier="flex"))
    assert (total.raw_usage, total.service_tier) == ({"input_tokens": 1}, "flex")
    total.add(CallReport(raw_usage={"input_tokens": 1}, service_tier="priority", status=LLMUsageStatus.SUCCESS))
    assert (total.raw_usage, total.service_tier) == (None, None)
