"""Answers of OpenAI-shaped providers beside chat completions, made from the figures of recorded ones."""

from typing import Any

from support.provider_answers import OPENAI_COMPLETION_USAGE

RESPONSE_USAGE: dict[str, Any] = {
    "input_tokens": 3737,
    "input_tokens_details": {"cached_tokens": 2304},
    "output_tokens": 621,
    "output_tokens_details": {"reasoning_tokens": 512},
    "total_tokens": 4358,
}
IMAGE_USAGE: dict[str, Any] = {
    "input_tokens": 50,
    "output_tokens": 50,
    "total_tokens": 100,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
}
TRANSCRIPTION_USAGE: dict[str, Any] = {
    "type": "tokens",
    "input_tokens": 26,
    "output_tokens": 9,
    "total_tokens": 35,
    "input_token_details": {"text_tokens": 0, "audio_tokens": 26},
}
SPEECH_USAGE: dict[str, Any] = {"input_tokens": 14, "output_tokens": 101, "total_tokens": 115}
BATCH_USAGE: dict[str, Any] = {
    "input_tokens": 1500,
    "input_tokens_details": {"cached_tokens": 1024},
    "output_tokens": 500,
    "output_tokens_details": {"reasoning_tokens": 300},
    "total_tokens": 2000,
}


def response_answer(
    usage: object = RESPONSE_USAGE, status: str = "completed", text: str = "ok", **more: Any
) -> dict[str, Any]:
    """A Response."""
    content = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [content]}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1770933900,
        "status": status,
        "background": False,
        "error": None,
        "model": "gpt-5-2025-08-07",
        "output": [message] if status == "completed" else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "service_tier": "default",
        "usage": usage,
        **more,
    }


def response_events(**more: Any) -> list[dict[str, Any]]:
    """The events of a streamed response, shortened."""
    begun = response_answer(None, "in_progress", **more)
    delta = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "ok", "logprobs": []}
    item = {"id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    return [
        {"type": "response.created", "sequence_number": 0, "response": begun},
        {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": item},
        {
            "type": "response.content_part.added",
            "sequence_number": 2,
            "item_id": "msg_1",
            "output_index": 0,
            "content_index": 0,
            "part": part,
        },
        {"type": "response.output_text.delta", "sequence_number": 3, **delta},
        {"type": "response.completed", "sequence_number": 4, "response": response_answer(**more)},
    ]


def completion_answer(usage: object = OPENAI_COMPLETION_USAGE) -> dict[str, Any]:
    """A legacy completion."""
    return {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1770933900,
        "model": "gpt-3.5-turbo-instruct:20230824-v2",
        "choices": [{"index": 0, "text": "ok", "logprobs": None, "finish_reason": "stop"}],
        "usage": usage,
    }


def embedding_answer(usage: object = None) -> dict[str, Any]:
    """One vector of two dimensions."""
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
        "model": "text-embedding-3-small",
        "usage": usage,
    }


def images_answer(usage: object = IMAGE_USAGE, count: int = 2) -> dict[str, Any]:
    """Generated images."""
    return {"created": 1770933900, "data": [{"b64_json": "AAAA"}] * count, "usage": usage}


def batch_answer(status: str = "completed", **more: object) -> dict[str, Any]:
    """A Batch of 95 requests."""
    is_over = status == "completed"
    return {
        "id": "batch_1",
        "object": "batch",
        "endpoint": "/v1/responses",
        "model": "gpt-5-2025-08-07",
        "input_file_id": "file-1",
        "completion_window": "24h",
        "status": status,
        "created_at": 1770900000,
        "completed_at": 1770933900 if is_over else None,
        "request_counts": {"total": 95, "completed": 95 if is_over else 0, "failed": 0},
        "usage": BATCH_USAGE if is_over else None,
        **more,
    }
