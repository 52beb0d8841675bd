"""Whatever JSON a provider sends: no exception, a non-negative split, bounded flags and a raw_usage that is allowed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tollbook_producers.normalize import normalize_gemini_generate, normalize_openai_chat, reduce_raw_usage
from tollbook_schemas import NormalizedTokenUsage, split
from tollbook_schemas.raw_usage import RawUsage

OPENAI_KEYS = ["prompt_tokens", "completion_tokens", "total_tokens", "cost_in_usd_ticks"]
OPENAI_DETAIL_KEYS = ["cached_tokens", "cache_write_tokens", "audio_tokens", "image_tokens", "reasoning_tokens"]
GEMINI_KEYS = [
    "promptTokenCount",
    "candidatesTokenCount",
    "totalTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "cachedContentTokenCount",
]
GEMINI_LISTS = ["promptTokensDetails", "toolUsePromptTokensDetails", "cacheTokensDetails", "candidatesTokensDetails"]

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
count = st.integers(0, 60) | st.integers(-1, 10**11) | json
openai_details = st.dictionaries(st.sampled_from(OPENAI_DETAIL_KEYS), count) | json
openai_usage = st.builds(
    lambda counts, prompt, completion: (
        counts | {"prompt_tokens_details": prompt, "completion_tokens_details": completion}
    ),
    st.dictionaries(st.sampled_from(OPENAI_KEYS), count),
    openai_details,
    openai_details,
)
modality = st.fixed_dictionaries(
    {}, optional={"modality": st.sampled_from(["AUDIO", "IMAGE", "TEXT"]) | json, "tokenCount": count}
)
gemini_usage = st.builds(
    lambda counts, lists: counts | lists,
    st.dictionaries(st.sampled_from(GEMINI_KEYS), count),
    st.dictionaries(st.sampled_from(GEMINI_LISTS), st.lists(modality | json, max_size=4) | json),
)

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # tables of Unicode are made first
BOTH = pytest.mark.parametrize("normalize", [normalize_openai_chat, normalize_gemini_generate])


def check(usage: NormalizedTokenUsage) -> None:
    assert split(usage).negative_parts() == ()
    assert len(usage.flags) <= 16
    assert NormalizedTokenUsage.model_validate_json(usage.model_dump_json()) == usage


@BOTH
@unhurried
@given(usage=json)
def test_any_json(normalize: Callable[[object], NormalizedTokenUsage], usage: object) -> None:
    check(normalize(usage))


@unhurried
@given(openai_usage)
def test_openai_shapes(usage: dict[str, Any]) -> None:
    check(normalize_openai_chat(usage))


@unhurried
@given(gemini_usage)
def test_gemini_shapes(usage: dict[str, Any]) -> None:
    check(normalize_gemini_generate(usage))


@unhurried
@given(json | openai_usage | gemini_usage)
def test_raw_usage_is_always_allowed(usage: object) -> None:
    reduced = reduce_raw_usage(usage)
    assert (reduced is None) == (not isinstance(usage, dict))
    if reduced is not None:
        assert TypeAdapter(RawUsage).validate_python(reduced) == reduced
