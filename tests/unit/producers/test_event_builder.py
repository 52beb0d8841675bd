import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tollbook_producers.event_builder import build_event as build_event_with
from tollbook_schemas import LLMUsageStatus, UsageEvent, decode, encode_event, new_event_id
from tollbook_schemas.ids import id_to_ms

FACTS: dict[str, object] = {"use_case": "x", "provider": "p", "model": "m", "status": "success"}
DISPENSABLE = sorted(set(UsageEvent.model_fields) - {"id", "created_at", "schema_version", "status", "flags"})

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # tables of Unicode are made first
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def build_event(facts: dict[str, object]) -> UsageEvent:
    return build_event_with(facts, new_event_id())


def test_the_id_holds_the_time() -> None:
    event = build_event(FACTS)
    assert round(event.created_at.timestamp() * 1000) == id_to_ms(event.id)


def test_counts_that_contradict_each_other_go_together() -> None:
    event = build_event({**FACTS, "prompt_tokens": 5, "cached_prompt_tokens": 6, "total_tokens": 9})
    assert (event.prompt_tokens, event.cached_prompt_tokens, event.total_tokens) == (None, None, None)
    assert event.flags == ("usage_invalid",)


def test_a_bad_field_and_then_a_contradiction() -> None:
    event = build_event({**FACTS, "session_id": "", "prompt_tokens": 5, "cached_prompt_tokens": 6})
    assert event.flags == ("usage_invalid", "session_id_invalid")


def test_without_a_status_there_is_no_event() -> None:
    with pytest.raises(ValidationError):
        build_event({"use_case": "x", "provider": "p", "model": "m"})


@unhurried
@given(st.dictionaries(st.sampled_from(DISPENSABLE), anything))
def test_whatever_the_facts_the_call_is_counted(facts: dict[str, object]) -> None:
    event = build_event({**FACTS, **facts})
    assert event.status is LLMUsageStatus.SUCCESS
    decoded = decode("live", *encode_event(event))
    assert getattr(decoded, "event", None) == event
