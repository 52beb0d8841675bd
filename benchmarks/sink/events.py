"""Events of the size and shape that a wrapped OpenAI client leaves in an app that attributes its calls: about 1 kB."""

import random

from tollbook_schemas import UsageEvent, new_event_id
from tollbook_schemas.ids import id_to_ms, ms_to_datetime


def real_event(number: int, choose: random.Random) -> UsageEvent:
    """A chat completion; a few hundred combinations of the dimensions."""
    event_id = new_event_id()
    prompt, completion = choose.randrange(500, 9000), choose.randrange(20, 900)
    cached, reasoning = choose.choice([0, prompt // 256 * 128]), choose.choice([0, completion // 3])
    return UsageEvent(
        id=event_id,
        created_at=ms_to_datetime(id_to_ms(event_id)),
        provider="openai",
        model="gpt-4.1-mini",
        response_model="gpt-4.1-mini-2025-04-14",
        status="success",
        use_case="barbara_analysis",
        workspace_id=f"ws_{number % 20:08x}",
        project_id=f"proj_{number % 200:08x}",
        template_id=f"tpl_{number % 50:08x}",
        collection_id=f"col_{number % 100:08x}",
        session_id=f"sess_{number // 10:012x}",
        operation_id=str(new_event_id()),
        environment="production",
        request_id=f"req_{choose.getrandbits(128):032x}",
        source_id=f"chatcmpl-{choose.getrandbits(96):024x}",
        service_tier="default",
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        cached_prompt_tokens=cached,
        reasoning_tokens=reasoning,
        latency_ms=choose.randrange(200, 9000),
        attempts=1,
        raw_usage=_raw_usage(prompt, completion, cached, reasoning),
    )


def _raw_usage(prompt: int, completion: int, cached: int, reasoning: int) -> dict[str, object]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": cached},
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": reasoning,
            "rejected_prediction_tokens": 0,
        },
    }
