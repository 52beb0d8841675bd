from decimal import Decimal
from typing import Any

import pytest

from support.provider_answers import (
    OPENAI_AUDIO_USAGE,
    OPENAI_CACHE_WRITE_USAGE,
    OPENAI_COMPLETION_USAGE,
    OPENAI_USAGE,
    XAI_USAGE,
)
from tollbook_producers.normalize import normalize_openai_chat
from tollbook_schemas import NormalizedTokenUsage


def counts(usage: NormalizedTokenUsage) -> dict[str, object]:
    return usage.model_dump(exclude_none=True, exclude={"flags"})


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            OPENAI_USAGE,
            {"prompt_tokens": 16, "completion_tokens": 363, "total_tokens": 379, "cached_prompt_tokens": 0}
            | {"reasoning_tokens": 0, "input_audio_tokens": 0, "output_audio_tokens": 0},
        ),
        (
            OPENAI_AUDIO_USAGE,
            {"prompt_tokens": 17, "completion_tokens": 40, "total_tokens": 57, "cached_prompt_tokens": 0}
            | {"reasoning_tokens": 0, "input_audio_tokens": 0, "output_audio_tokens": 30, "input_image_tokens": 0},
        ),
        (
            OPENAI_CACHE_WRITE_USAGE,
            {"prompt_tokens": 4020, "completion_tokens": 4, "total_tokens": 4024, "cached_prompt_tokens": 0}
            | {"cache_write_tokens": 4012, "reasoning_tokens": 0, "input_audio_tokens": 0},
        ),
        (OPENAI_COMPLETION_USAGE, {"prompt_tokens": 14, "completion_tokens": 16, "total_tokens": 30}),
        (
            XAI_USAGE,
            {"prompt_tokens": 12, "completion_tokens": 229, "total_tokens": 241, "cached_prompt_tokens": 2}
            | {"reasoning_tokens": 228, "input_audio_tokens": 0, "output_audio_tokens": 0, "input_image_tokens": 0}
            | {"provider_cost_usd": Decimal("0.0001176500")},
        ),
    ],
    ids=["text", "audio", "cache write", "completions", "xai"],
)
def test_recorded_figures(usage: dict[str, Any], expected: dict[str, object]) -> None:
    normalized = normalize_openai_chat(usage)
    assert counts(normalized) == expected
    assert normalized.flags == ()


def test_hidden_thinking_of_a_gateway_is_generated_too() -> None:
    usage = normalize_openai_chat({"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109})
    assert usage.completion_tokens == 74


def test_a_completion_that_includes_reasoning_is_not_counted_twice() -> None:
    details = {"reasoning_tokens": 20}
    usage = normalize_openai_chat(
        {"prompt_tokens": 10, "completion_tokens": 30, "total_tokens": 40, "completion_tokens_details": details}
    )
    assert (usage.completion_tokens, usage.reasoning_tokens) == (30, 20)


def test_a_total_that_is_too_small_is_kept_and_flagged() -> None:
    usage = normalize_openai_chat({"prompt_tokens": 10, "completion_tokens": 30, "total_tokens": 39})
    assert (usage.completion_tokens, usage.total_tokens, usage.flags) == (30, 39, ("total_tokens_mismatch",))


@pytest.mark.parametrize("bad", ["12", -1, True, 12.0, [], {}, 10**10 + 1])
def test_a_malformed_count_is_null_and_flagged(bad: object) -> None:
    usage = normalize_openai_chat({"prompt_tokens": bad, "completion_tokens": 3, "total_tokens": 15})
    assert usage.prompt_tokens is None
    assert (usage.completion_tokens, usage.total_tokens) == (3, 15)
    assert usage.flags == ("prompt_tokens_invalid",)


def test_a_count_that_is_null_was_not_reported() -> None:
    usage = normalize_openai_chat({"prompt_tokens": 5, "completion_tokens": None, "total_tokens": 5})
    assert usage.completion_tokens is None
    assert usage.flags == ()


@pytest.mark.parametrize("missing", [None, {}, {"prompt_tokens": None}])
def test_nothing_reported(missing: object) -> None:
    usage = normalize_openai_chat(missing)
    assert not usage.is_reported
    assert usage.flags == ()


@pytest.mark.parametrize("garbage", ["12 tokens", 7, [1, 2], True])
def test_usage_that_is_no_object_is_missing_and_flagged(garbage: object) -> None:
    usage = normalize_openai_chat(garbage)
    assert not usage.is_reported
    assert usage.flags == ("usage_invalid",)


def test_all_zero_usage_is_reported() -> None:
    usage = normalize_openai_chat({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})
    assert usage.is_reported
    assert usage.prompt_tokens == 0


def test_cached_above_prompt_is_clamped_and_flagged() -> None:
    usage = normalize_openai_chat({"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 11}})
    assert (usage.cached_prompt_tokens, usage.flags) == (10, ("cached_prompt_tokens_clamped",))


def test_a_subset_of_an_unknown_prompt_is_null_and_flagged() -> None:
    usage = normalize_openai_chat({"prompt_tokens": None, "prompt_tokens_details": {"cached_tokens": 11}})
    assert (usage.cached_prompt_tokens, usage.flags) == (None, ("cached_prompt_tokens_clamped",))


def test_subsets_share_the_room_there_is() -> None:
    details = {"cached_tokens": 6, "cache_write_tokens": 6, "audio_tokens": 5}
    usage = normalize_openai_chat({"prompt_tokens": 10, "prompt_tokens_details": details})
    assert (usage.cached_prompt_tokens, usage.cache_write_tokens, usage.input_audio_tokens) == (6, 4, 0)
    assert usage.flags == ("cache_write_tokens_clamped", "input_audio_tokens_clamped")


@pytest.mark.parametrize("bad", [-1, "1176500", True, 1.5, 10**15 + 1])
def test_a_malformed_cost_is_null_and_flagged(bad: object) -> None:
    usage = normalize_openai_chat({"prompt_tokens": 1, "cost_in_usd_ticks": bad})
    assert (usage.provider_cost_usd, usage.flags) == (None, ("provider_cost_usd_invalid",))
