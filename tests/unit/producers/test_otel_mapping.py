"""The attributes, against the installed semantic conventions and against their own way back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes, openai_attributes
from opentelemetry.semconv.attributes import error_attributes

from tollbook_producers.event_builder import build_event
from tollbook_producers.otel import (
    COUNTS,
    ERROR,
    FIRST_CHUNK,
    OPERATION,
    OPERATIONS,
    OURS,
    PROVIDER,
    PROVIDERS,
    STATUS,
    TEXTS,
    from_otel,
    to_otel,
)
from tollbook_schemas import LLMUsageStatus, UsageEvent
from unit.schemas.strategies import event, usage_events

NAMES = {*COUNTS, *TEXTS, PROVIDER, OPERATION, ERROR, FIRST_CHUNK, STATUS}
RELEASED = {
    value
    for module in (gen_ai_attributes, openai_attributes, error_attributes)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
}
MAPPED = {*COUNTS.values(), *TEXTS.values(), "provider", "status", "error_type", "time_to_first_chunk_ms"}


def test_the_names_are_those_of_the_conventions_but_for_the_table_of_ours() -> None:
    assert {name for name in NAMES if name not in RELEASED} == OURS


def test_the_values_are_those_of_the_conventions() -> None:
    assert set(PROVIDERS.values()) <= {value.value for value in gen_ai_attributes.GenAiProviderNameValues}
    assert set(OPERATIONS.values()) <= {value.value for value in gen_ai_attributes.GenAiOperationNameValues}
    other = to_otel(event(status="error"))[ERROR]
    assert other == error_attributes.ErrorTypeValues.OTHER.value


def test_a_call() -> None:
    call = event(provider="xai", response_model="grok-3", request_id="r1", cached_prompt_tokens=2, reasoning_tokens=0)
    assert to_otel(call, surface="chat.completions") == {
        "gen_ai.provider.name": "x_ai",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4.1",
        "gen_ai.response.model": "grok-3",
        "gen_ai.response.id": "r1",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "tollbook.status": "success",
    }


def mapped(call: UsageEvent) -> dict[str, Any]:
    return {name: getattr(call, name) for name in MAPPED}


@given(usage_events())
def test_there_and_back(call: UsageEvent) -> None:
    assert mapped(build_event(from_otel(to_otel(call)), call.id)) == mapped(call)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, {"status": "missing_usage"}),
        ({"gen_ai.usage.input_tokens": 3}, {"status": "success", "prompt_tokens": 3}),
        ({"error.type": "timeout"}, {"status": "timeout", "error_type": "timeout"}),
        ({"error.type": "_OTHER"}, {"status": "error"}),
        ({"gen_ai.system": "gemini"}, {"status": "missing_usage", "provider": "gemini"}),
        ({"gen_ai.usage.completion_tokens": 3}, {"status": "success", "completion_tokens": 3}),
        (
            {"gen_ai.usage.cache_creation.input_tokens": 2, "gen_ai.provider.name": "gcp.vertex_ai"},
            {"status": "success", "provider": "gemini", "cache_write_tokens": 2},
        ),
        ({"gen_ai.usage.input_tokens": "3"}, {"status": "missing_usage", "flags": ("prompt_tokens_invalid",)}),
    ],
)
def test_attributes_of_others(attributes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert from_otel(attributes) == expected


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([1])


@given(st.dictionaries(st.sampled_from(sorted(NAMES)), anything))
def test_any_values_make_an_event(attributes: dict[str, Any]) -> None:
    call = build_event(from_otel(attributes), event().id)
    assert call.status in LLMUsageStatus
