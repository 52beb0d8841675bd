from typing import Any

import pytest

from support.provider_answers import GEMINI_BLOCKED_USAGE, GEMINI_TOOL_USE_USAGE, GEMINI_USAGE
from tollbook_producers.normalize import normalize_gemini_generate

REPORTED_ZERO = {"cached_prompt_tokens": 0, "input_audio_tokens": 0, "input_image_tokens": 0}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            GEMINI_USAGE,
            {"prompt_tokens": 9, "completion_tokens": 272, "reasoning_tokens": 244, "total_tokens": 281}
            | {"tool_use_prompt_tokens": 0},
        ),
        (
            GEMINI_TOOL_USE_USAGE,
            {"prompt_tokens": 77, "completion_tokens": 142, "reasoning_tokens": 82, "total_tokens": 219}
            | {"tool_use_prompt_tokens": 65},
        ),
        (
            GEMINI_BLOCKED_USAGE,
            {"prompt_tokens": 9, "completion_tokens": 0, "reasoning_tokens": 0, "total_tokens": 9}
            | {"tool_use_prompt_tokens": 0},
        ),
    ],
    ids=["thoughts", "tool use", "blocked"],
)
def test_recorded_figures(usage: dict[str, Any], expected: dict[str, object]) -> None:
    normalized = normalize_gemini_generate(usage)
    assert normalized.model_dump(exclude_none=True, exclude={"flags"}) == expected | REPORTED_ZERO
    assert normalized.flags == ()


def test_a_cache_that_was_created_reports_a_total_alone() -> None:
    usage = normalize_gemini_generate({"totalTokenCount": 3512})
    assert usage.model_dump(exclude_none=True) == {"total_tokens": 3512, "flags": ()}


def test_traffic_type_alone_is_no_usage() -> None:
    assert not normalize_gemini_generate({"trafficType": "ON_DEMAND"}).is_reported


def test_cached_and_modalities() -> None:
    usage = normalize_gemini_generate(
        {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 40,
            "candidatesTokenCount": 30,
            "totalTokenCount": 130,
            "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 50}, {"modality": "IMAGE", "tokenCount": 20}],
            "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 25}, {"modality": "TEXT", "tokenCount": 15}],
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 12}],
        }
    )
    assert (usage.input_audio_tokens, usage.cached_audio_tokens, usage.output_audio_tokens) == (50, 25, 0)
    assert (usage.input_image_tokens, usage.cached_image_tokens, usage.output_image_tokens) == (20, 0, 12)
    assert (usage.cached_prompt_tokens, usage.flags) == (40, ())


def test_modalities_that_exceed_the_prompt_are_clamped() -> None:
    details = [{"modality": "AUDIO", "tokenCount": 585}]
    usage = normalize_gemini_generate({"promptTokenCount": 50, "promptTokensDetails": details})
    assert (usage.prompt_tokens, usage.input_audio_tokens) == (50, 50)
    assert usage.flags == ("input_audio_tokens_clamped",)


def test_a_total_that_differs_is_kept_and_flagged() -> None:
    usage = normalize_gemini_generate({"promptTokenCount": 50, "candidatesTokenCount": 5, "totalTokenCount": 50})
    assert (usage.total_tokens, usage.flags) == (50, ("total_tokens_mismatch",))


@pytest.mark.parametrize("bad", ["12", -1, False, 3.5])
def test_a_malformed_count_is_null_and_flagged(bad: object) -> None:
    usage = normalize_gemini_generate({"promptTokenCount": 9, "candidatesTokenCount": bad, "thoughtsTokenCount": 4})
    assert (usage.prompt_tokens, usage.completion_tokens) == (9, None)
    assert "completion_tokens_invalid" in usage.flags


@pytest.mark.parametrize("bad", ["AUDIO", {"modality": "AUDIO"}, 5])
def test_details_that_are_no_list_are_flagged(bad: object) -> None:
    usage = normalize_gemini_generate({"promptTokenCount": 9, "promptTokensDetails": bad})
    assert (usage.input_audio_tokens, usage.flags) == (None, ("promptTokensDetails_invalid",))


@pytest.mark.parametrize("garbage", ["12", 7, [1], False])
def test_usage_that_is_no_object_is_missing_and_flagged(garbage: object) -> None:
    usage = normalize_gemini_generate(garbage)
    assert not usage.is_reported
    assert usage.flags == ("usage_invalid",)
