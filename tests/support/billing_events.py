"""Usage events for billing tests: some plain, some random but valid, from few names so that they share rollup rows."""

from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from tollbook_schemas import UsageEvent, derived_event_id
from tollbook_schemas.ids import datetime_to_ms, ms_to_datetime

MODELS = (("openai", "m-a"), ("openai", "m-b"), ("gemini", "m-c"), ("gemini", "m-unpriced"))
TIERS = (None, "default", "standard", "auto", "flex", "priority")


def seeded(seed: int) -> Random:
    """A source of the same test data every time."""
    return Random(seed)  # data, not secrets


def usage_event(at: datetime, number: int, **fields: Any) -> UsageEvent:
    """A successful call without usage, unless the fields say otherwise; `number` makes its id."""
    created_ms = datetime_to_ms(at)
    defaults = {
        "id": derived_event_id(created_ms, str(number)),
        "created_at": ms_to_datetime(created_ms),
        "provider": "openai",
        "model": "gpt-4.1-nano",
        "use_case": "barbara_analysis",
        "status": "success",
        "project_id": "p1",
        "workspace_id": "w1",
    }
    return UsageEvent.model_validate(defaults | fields)


def random_event(random: Random, at: datetime, number: int) -> UsageEvent:
    """Any call: often without usage, with any subsets, tiers, bands, batches and aggregates."""
    provider, model = random.choice(MODELS)
    status = random.choice(("success", "success", "success", "missing_usage", "timeout", "error"))
    usage = random_usage(random) if status == "success" or random.random() < 0.2 else {}
    return usage_event(
        at,
        number,
        provider=provider,
        model=model,
        response_model=random.choice((None, None, "m-a", "m-b")),
        status=status,
        use_case=random.choice(("barbara_analysis", "alvia_realtime")),
        project_id=random.choice(("p1", "p1", "p2", None)),
        workspace_id=random.choice(("w1", "w2")),
        session_id=random.choice((None, "s1", "s2")),
        environment=random.choice((None, "prod")),
        service_tier=random.choice(TIERS),
        batch=random.random() < 0.2,
        aggregate=random.random() < 0.1,
        call_count=random.choice((1, 1, 1, 7)),
        latency_ms=random.choice((None, random.randrange(10_000))),
        template_id=random.choice((None, "t1", "t2")),
        collection_id=random.choice((None, "c1", "c2")),
        operation_id=random.choice((None, "o1", "o2")),
        **usage,
    )


def random_usage(random: Random) -> dict[str, Any]:
    """Counts whose subsets never exceed their whole."""
    prompt = random.choice((0, 1, 31_999, 32_000, 32_001, 200_000, 200_001, random.randrange(1_500_000)))
    completion = random.randrange(50_000)
    audio_in, image_in, writes = (random.randrange(prompt // 4 + 1) for _ in range(3))
    cached_audio, cached_image = random.randrange(audio_in + 1), random.randrange(image_in + 1)
    cached_text = random.randrange(prompt // 4 + 1)
    audio_out, image_out, reasoning = (random.randrange(completion // 3 + 1) for _ in range(3))
    counts: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": random.choice((None, prompt + completion)),
        "input_audio_seconds": Decimal(random.randrange(10**6)) / 1000,
        "billable_audio_seconds": Decimal(random.randrange(10**6)) / 1000,
        "output_images": random.randrange(5),
        "web_search_requests": random.randrange(5),
        "provider_cost_usd": Decimal(random.randrange(10**10)) / 10**10,
    }
    counts = {name: value for name, value in counts.items() if "_tokens" in name or random.random() < 0.5}
    if random.random() < 0.3:
        return counts
    return counts | {
        "input_audio_tokens": audio_in,
        "input_image_tokens": image_in,
        "cache_write_tokens": writes,
        "cached_audio_tokens": cached_audio,
        "cached_image_tokens": cached_image,
        "cached_prompt_tokens": cached_audio + cached_image + cached_text,
        "output_audio_tokens": audio_out,
        "output_image_tokens": image_out,
        "reasoning_tokens": reasoning,
    }
