"""Hypothesis strategies for the contract."""

from typing import Any

from hypothesis import strategies as st

from tollbook_schemas import LLMUsageStatus, LLMUseCase, UsageEvent, derived_event_id
from tollbook_schemas.ids import ms_to_datetime

HOUR_MS = 3_600_000
counts = st.integers(0, 10**7)
optional_counts = st.none() | counts
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
optional_words = st.none() | words
created = st.integers(0, 4_000_000_000_000)


@st.composite
def token_usage(draw: st.DrawFn) -> dict[str, Any]:
    """Counts whose subsets fit into their wholes."""
    cached = draw(optional_counts)
    cache_write = draw(optional_counts)
    audio, image, fresh = draw(optional_counts), draw(optional_counts), draw(counts)
    parts = [part or 0 for part in (cached, cache_write, audio, image)]
    reasoning, output_audio, text = draw(optional_counts), draw(optional_counts), draw(counts)
    return {
        "prompt_tokens": sum(parts) + fresh,
        "completion_tokens": (reasoning or 0) + (output_audio or 0) + text,
        "total_tokens": draw(optional_counts),
        "cached_prompt_tokens": cached,
        "cache_write_tokens": cache_write,
        "input_audio_tokens": audio,
        "input_image_tokens": image,
        "reasoning_tokens": reasoning,
        "output_audio_tokens": output_audio,
        "input_audio_seconds": draw(st.none() | st.decimals(0, 10_000, places=3)),
        "output_images": draw(optional_counts),
        "web_search_requests": draw(optional_counts),
        "provider_cost_usd": draw(st.none() | st.decimals(0, 1000, places=10)),
    }


@st.composite
def usage_events(draw: st.DrawFn) -> UsageEvent:
    """Valid events of every status, with and without usage and attribution."""
    created_ms = draw(created)
    usage = draw(st.just({}) | token_usage())
    return UsageEvent(
        id=derived_event_id(created_ms, draw(words)),
        created_at=ms_to_datetime(created_ms),
        provider=draw(st.sampled_from(["openai", "gemini", "xai"])),
        model=draw(words),
        response_model=draw(optional_words),
        use_case=draw(st.sampled_from(list(LLMUseCase))),
        status=draw(st.sampled_from(list(LLMUsageStatus))),
        workspace_id=draw(optional_words),
        project_id=draw(optional_words),
        session_id=draw(optional_words),
        service_tier=draw(st.none() | st.sampled_from(["default", "flex"])),
        batch=draw(st.booleans()),
        aggregate=draw(st.booleans()),
        call_count=draw(st.integers(1, 100)),
        latency_ms=draw(optional_counts),
        tags=draw(st.none() | st.dictionaries(words, words, max_size=3)),
        **usage,
    )


def event(**changes: Any) -> UsageEvent:
    """A plain event; `created_ms` and any field can be changed."""
    created_ms = changes.pop("created_ms", 1_700_000_000_000)
    fields: dict[str, Any] = {
        "id": derived_event_id(created_ms, str(sorted(changes.items(), key=str))),
        "created_at": ms_to_datetime(created_ms),
        "provider": "openai",
        "model": "gpt-4.1",
        "use_case": "barbara_analysis",
        "status": "success",
        "prompt_tokens": 100,
        "completion_tokens": 10,
    }
    return UsageEvent(**{**fields, **changes})
