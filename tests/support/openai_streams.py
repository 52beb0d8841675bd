"""Event streams of OpenAI-shaped providers, as the pieces that go over the wire."""

import json
from collections.abc import Iterable
from typing import Any

from support.provider_answers import OPENAI_USAGE

DONE = b"data: [DONE]\n\n"
MODEL = "gpt-4.1-nano-2025-04-14"


def sse(messages: Iterable[object], *, done: bool = True) -> list[bytes]:
    """One piece for each message; `event:` lines where the message has a type."""
    return [event(message) for message in messages] + ([DONE] if done else [])


def event(message: Any) -> bytes:
    """One server-sent event."""
    kind = message.get("type") if isinstance(message, dict) else None
    name = f"event: {kind}\n" if kind else ""
    return f"{name}data: {json.dumps(message, separators=(',', ':'))}\n\n".encode()


def chat_chunk(delta: dict[str, Any], finish: str | None = None, **more: object) -> dict[str, Any]:
    """One chunk of one choice."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {**_envelope(), "choices": [choice], **more}


def usage_chunk(usage: object = OPENAI_USAGE, **more: object) -> dict[str, Any]:
    """The chunk that carries nothing but usage."""
    return {**_envelope(), "choices": [], "usage": usage, **more}


def chat_chunks(words: Iterable[str] = ("so", " it", " goes")) -> list[dict[str, Any]]:
    """A streamed completion without usage."""
    start = chat_chunk({"role": "assistant", "content": ""})
    return [start, *(chat_chunk({"content": word}) for word in words), chat_chunk({}, "stop")]


def completion_chunks() -> list[dict[str, Any]]:
    """A streamed legacy completion without usage."""
    choice = {"index": 0, "text": "ok", "logprobs": None, "finish_reason": None}
    shape = {**_envelope(), "object": "text_completion"}
    return [{**shape, "choices": [choice]}, {**shape, "choices": [{**choice, "finish_reason": "stop"}]}]


def asked_for_usage(body: dict[str, Any]) -> bool:
    """Whether a request asks for the usage chunk."""
    return (body.get("stream_options") or {}).get("include_usage") is True


def _envelope() -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1770933892,
        "model": MODEL,
        "service_tier": "default",
        "system_fingerprint": "fp_1",
    }
