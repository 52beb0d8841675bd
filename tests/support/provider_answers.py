"""Answers of providers, made from the figures of recorded ones."""

from typing import Any

OPENAI_USAGE: dict[str, Any] = {
    "prompt_tokens": 16,
    "completion_tokens": 363,
    "total_tokens": 379,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0},
}
OPENAI_AUDIO_USAGE: dict[str, Any] = {
    "prompt_tokens": 17,
    "completion_tokens": 40,
    "total_tokens": 57,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0, "text_tokens": 17, "image_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 30, "text_tokens": 10},
}
OPENAI_CACHE_WRITE_USAGE: dict[str, Any] = {
    "prompt_tokens": 4020,
    "completion_tokens": 4,
    "total_tokens": 4024,
    "prompt_tokens_details": {"audio_tokens": 0, "cache_write_tokens": 4012, "cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
OPENAI_COMPLETION_USAGE: dict[str, Any] = {"prompt_tokens": 14, "completion_tokens": 16, "total_tokens": 30}
XAI_USAGE: dict[str, Any] = {
    "prompt_tokens": 12,
    "completion_tokens": 1,
    "total_tokens": 241,
    "prompt_tokens_details": {"text_tokens": 12, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 2},
    "completion_tokens_details": {"reasoning_tokens": 228, "audio_tokens": 0},
    "num_sources_used": 0,
    "cost_in_usd_ticks": 1176500,
}
GEMINI_USAGE: dict[str, Any] = {
    "promptTokenCount": 9,
    "candidatesTokenCount": 28,
    "totalTokenCount": 281,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
    "thoughtsTokenCount": 244,
}
GEMINI_TOOL_USE_USAGE: dict[str, Any] = {
    "promptTokenCount": 12,
    "candidatesTokenCount": 60,
    "totalTokenCount": 219,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 12}],
    "toolUsePromptTokenCount": 65,
    "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 65}],
    "thoughtsTokenCount": 82,
    "serviceTier": "standard",
}
GEMINI_BLOCKED_USAGE: dict[str, Any] = {
    "promptTokenCount": 9,
    "totalTokenCount": 9,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
    "serviceTier": "standard",
}
RATE_LIMITED: dict[str, Any] = {
    "error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": "insufficient_quota"}
}
GEMINI_RATE_LIMITED: dict[str, Any] = {
    "error": {"code": 429, "message": "You exceeded your current quota.", "status": "RESOURCE_EXHAUSTED"}
}


def chat_answer(usage: object = OPENAI_USAGE, text: str = "ok", **more: object) -> dict[str, Any]:
    """A chat completion; `usage=None` sends null."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1770933883,
        "model": "gpt-4.1-nano-2025-04-14",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage,
        "service_tier": "default",
        **more,
    }


def gemini_answer(usage: object = GEMINI_USAGE, text: str = "ok", **more: object) -> dict[str, Any]:
    """A generateContent answer that says `text`."""
    return gemini_parts_answer([{"text": text}], usage, **more)


def gemini_function_call(name: str, usage: object = GEMINI_USAGE, **more: object) -> dict[str, Any]:
    """A generateContent answer that asks for a function of one argument, `city`."""
    return gemini_parts_answer([{"functionCall": {"name": name, "args": {"city": "x"}}}], usage, **more)


def gemini_parts_answer(parts: list[dict[str, Any]], usage: object, **more: object) -> dict[str, Any]:
    """A generateContent answer with these parts."""
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": usage,
        "modelVersion": "gemini-3-pro-preview",
        "responseId": "Un6LacrVMcjUxs0PmJfWoQc",
        **more,
    }
