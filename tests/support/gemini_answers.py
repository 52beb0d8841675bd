"""Answers of Gemini for each surface, made from the figures of recorded ones."""

import json
from typing import Any

from support.provider_answers import GEMINI_USAGE, gemini_answer, gemini_function_call, gemini_parts_answer
from support.provider_server import Asked, Manner, Reply

INTERACTION_USAGE: dict[str, Any] = {
    "total_input_tokens": 22,
    "total_output_tokens": 973,
    "total_thought_tokens": 249,
    "total_tool_use_tokens": 129,
    "total_cached_tokens": 0,
    "total_tokens": 1373,
}
HOPS: list[dict[str, Any]] = [
    {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 16, "thoughtsTokenCount": 1},
    {"promptTokenCount": 20, "candidatesTokenCount": 5, "totalTokenCount": 26, "thoughtsTokenCount": 1},
    {"promptTokenCount": 100, "candidatesTokenCount": 6, "totalTokenCount": 106},
]
"""Three requests of function calling: 130 prompt, 18 completion, 2 reasoning, 148 in all."""
UPDATED = "2026-07-01T10:00:05Z"
UPDATED_MS = 1_782_900_005_000


def sse(*messages: object) -> tuple[bytes, ...]:
    """Server-sent events, one message each."""
    return tuple(b"data: " + json.dumps(message).encode() + b"\r\n\r\n" for message in messages)


def chunks(usage: object = GEMINI_USAGE) -> list[dict[str, Any]]:
    """A stream of three chunks with running totals, the last of which says that it is done."""
    running = {"promptTokenCount": 9, "totalTokenCount": 9}
    begun = [gemini_parts_answer([{"text": text}], running if usage else None) for text in ("Ye", "s")]
    for chunk in begun:
        del chunk["candidates"][0]["finishReason"]
    return [*begun, gemini_answer(usage, text=".")]


def hop(number: int) -> dict[str, Any]:
    """The answer to one of three requests: a call of `get_weather` twice, then text."""
    return gemini_answer(HOPS[2]) if number == 2 else gemini_function_call("get_weather", HOPS[number])


def streams(asked: Asked) -> bool:
    """Whether the request wants events."""
    return ":streamGenerateContent" in asked.path or asked.body.get("stream") is True


def interaction(usage: object = None, **more: object) -> dict[str, Any]:
    """An interaction that says "ok" and is completed."""
    return {
        "id": "int_1",
        "object": "interaction",
        "status": "completed",
        "created": "2026-07-01T10:00:00Z",
        "updated": UPDATED,
        "model": "gemini-3-pro",
        "role": "model",
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": "ok"}]}],
        **({} if usage is None else {"usage": usage}),
        **more,
    }


def interaction_events(usage: object = None, **more: object) -> list[dict[str, Any]]:
    """The events of a streamed interaction."""
    return [
        {"event_type": "interaction.created", "interaction": {"id": "int_1", "status": "in_progress"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "ok"}},
        {"event_type": "interaction.completed", "interaction": interaction(usage, **more)},
    ]


def streamed(messages: list[dict[str, Any]], manner: Manner = "whole") -> Reply:
    """A stream."""
    return Reply(chunks=sse(*messages), manner=manner, headers={"x-gemini-service-tier": "flex"})
