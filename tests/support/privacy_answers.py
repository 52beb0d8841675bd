"""What a provider answers on every billable path, in the shape of recorded payloads."""

import json
from typing import Any

Json = dict[str, Any]
USAGE: Json = {"prompt_tokens": 16, "completion_tokens": 3, "total_tokens": 19}
RESPONSES_USAGE: Json = {
    "input_tokens": 16,
    "output_tokens": 3,
    "total_tokens": 19,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
GEMINI_USAGE: Json = {
    "promptTokenCount": 9,
    "candidatesTokenCount": 28,
    "totalTokenCount": 37,
    "serviceTier": "standard",
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
}

_CHAT = {"id": "chatcmpl-1", "created": 1770933883, "model": "gpt-5", "service_tier": "default"}
_SETTINGS: Json = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
_RESPONSE: Json = {"id": "resp_1", "object": "response", "created_at": 1763474589, "model": "gpt-5", **_SETTINGS}
_PART: Json = {"type": "output_text", "text": "said", "annotations": []}
_MESSAGE: Json = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [_PART]}
_DONE: Json = {
    **_RESPONSE,
    "status": "completed",
    "output": [_MESSAGE],
    "usage": RESPONSES_USAGE,
    "metadata": {"a": "b"},
}
_CANDIDATE: Json = {"content": {"role": "model", "parts": [{"text": "said"}]}, "finishReason": "STOP", "index": 0}
_CONTENT: Json = {"candidates": [_CANDIDATE], "modelVersion": "gemini-2.5-pro", "responseId": "r1"}
_CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "said"}}
_CHOICE: Json = {
    "index": 0,
    "logprobs": None,
    "finish_reason": "stop",
    "message": {"role": "assistant", "content": "said", "refusal": "said", "tool_calls": [_CALL]},
}

ANSWERS: Json = {
    "/chat/completions": {**_CHAT, "object": "chat.completion", "choices": [_CHOICE], "usage": USAGE},
    "/responses/compact": {
        "id": "resp_2",
        "object": "response.compaction",
        "created_at": 1763474589,
        "usage": RESPONSES_USAGE,
        "output": [_MESSAGE],
    },
    "/responses": _DONE,
    "/completions": {
        **_CHAT,
        "object": "text_completion",
        "usage": USAGE,
        "choices": [{"text": "said", "index": 0, "logprobs": None, "finish_reason": "length"}],
    },
    "/embeddings": {
        "object": "list",
        "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 12, "total_tokens": 12},
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
    },
    "/audio/transcriptions": {"text": "said", "language": "said", "usage": {"type": "duration", "seconds": 37}},
    "/audio/translations": {"text": "said"},
    "/audio/speech": {"said": "said"},
    "/images/generations": {
        "created": 1,
        "data": [{"url": "said", "revised_prompt": "said"}],
        "usage": RESPONSES_USAGE,
    },
    "/images/edits": {"created": 1, "data": [{"url": "said", "revised_prompt": "said"}], "usage": RESPONSES_USAGE},
    "/batches/batch_1": {
        "id": "batch_1",
        "object": "batch",
        "endpoint": "/v1/responses",
        "model": "gpt-5",
        "status": "completed",
        "input_file_id": "said",
        "completion_window": "24h",
        "created_at": 1711471533,
        "completed_at": 1711493163,
        "usage": RESPONSES_USAGE,
        "metadata": {"said": "said"},
        "errors": {"data": [{"message": "said"}]},
        "request_counts": {"total": 2, "completed": 2, "failed": 0},
    },
    ":generateContent": {**_CONTENT, "usageMetadata": GEMINI_USAGE},
    ":batchEmbedContents": {"embeddings": [{"values": [0.5]}], "usageMetadata": {"promptTokenCount": 11}},
    "/cachedContents": {
        "createTime": "2026-05-28T14:45:17Z",
        "displayName": "said",
        "model": "models/gemini-2.5-flash",
        "name": "cachedContents/1",
        "usageMetadata": {"totalTokenCount": 3512},
    },
    "/interactions": {
        "id": "v1_1",
        "status": "completed",
        "created": "2026-05-15T18:52:36Z",
        "updated": "2026-05-15T18:52:36Z",
        "usage": {"total_tokens": 31, "total_input_tokens": 22, "total_output_tokens": 9},
        "model": "gemini-2.5-pro",
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": "said"}]}],
    },
}

_CHUNK: Json = {**_CHAT, "object": "chat.completion.chunk"}
_DELTA = {"index": 0, "delta": {"content": "said"}, "finish_reason": None}
STREAMS: dict[str, list[Json]] = {
    "/chat/completions": [
        {**_CHUNK, "choices": [_DELTA]},
        {**_CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {**_CHUNK, "choices": [], "usage": USAGE},
    ],
    "/completions": [
        {**_CHAT, "object": "text_completion", "choices": [{"text": "said", "index": 0, "finish_reason": "stop"}]},
        {**_CHAT, "object": "text_completion", "choices": [], "usage": USAGE},
    ],
    "/responses": [
        {"type": "response.created", "response": {**_RESPONSE, "status": "in_progress", "output": []}},
        {"type": "response.completed", "response": _DONE},
    ],
    ":streamGenerateContent": [
        {**_CONTENT, "usageMetadata": GEMINI_USAGE},
        {**_CONTENT, "usageMetadata": GEMINI_USAGE},
    ],
}

ERROR: Json = {"error": {"message": "said", "type": "said", "param": "said", "code": "said", "details": ["said"]}}
GEMINI_ERROR: Json = {"error": {"code": 400, "message": "said", "status": "said", "details": [{"reason": "said"}]}}


def answer_to(path: str) -> Json:
    """The answer in one piece."""
    answer: Json = _at(path, ANSWERS)
    return answer


def stream_of(path: str) -> list[Json]:
    """The answer in pieces."""
    return [{**chunk, "sequence_number": number} for number, chunk in enumerate(_at(path, STREAMS))]


def with_usage(value: Any, usage: object) -> Any:
    """A copy whose every usage object is this one."""
    if isinstance(value, dict):
        return {
            key: usage if key in ("usage", "usageMetadata") else with_usage(item, usage) for key, item in value.items()
        }
    return [with_usage(item, usage) for item in value] if isinstance(value, list) else value


def on_the_wire(chunks: list[Json], *, done: bool) -> bytes:
    """Server-sent events."""
    lines = [f"event: {chunk.get('type', 'message')}\ndata: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]
    return b"".join(lines) + (b"data: [DONE]\n\n" if done else b"")


def _at(path: str, table: dict[str, Any]) -> Any:
    return next(value for end, value in table.items() if path.partition("?")[0].endswith(end))
