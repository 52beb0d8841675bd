"""Answers of OpenAI's HTTP interface, and of xAI's, which speaks the same."""

from collections.abc import Iterator
from typing import Any

from provider.asked import Asked
from provider.figures import RECORDING_SECONDS

CREATED = 1_770_933_883
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
"""A picture of one pixel: PNG in base64."""

Json = dict[str, Any]


def chat(asked: Asked, text: str, usage: Json | None) -> Json:
    """A chat completion."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**_chat_head(asked, "chat.completion"), "choices": [choice], **_if_any(usage)}


def chat_stream(asked: Asked, text: str, usage: Json | None) -> Iterator[Json]:
    """Its chunks: two of text, the end, and the usage in a chunk of its own."""
    head = _chat_head(asked, "chat.completion.chunk")
    half = len(text) // 2
    for delta, reason in (({"content": text[:half]}, None), ({"content": text[half:]}, None), ({}, "stop")):
        yield {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]}
    if usage:
        yield {**head, "choices": [], "usage": usage}


def response(asked: Asked, text: str, usage: Json | None) -> Json:
    """A finished response."""
    return {**_response_head(asked), "status": "completed", "output": [_message(text)], **_if_any(usage)}


def response_stream(asked: Asked, text: str, usage: Json | None) -> Iterator[Json]:
    """Its events, from `response.created` to `response.completed`."""
    place = {"item_id": "msg_local", "output_index": 0}
    opening = {**_message(""), "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    events: tuple[Json, ...] = (
        {"type": "response.created", "response": {**_response_head(asked), "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": opening},
        {"type": "response.content_part.added", **place, "content_index": 0, "part": part},
        {"type": "response.output_text.delta", **place, "content_index": 0, "delta": text, "logprobs": []},
        {"type": "response.completed", "response": response(asked, text, usage)},
    )
    for number, event in enumerate(events):
        yield {**event, "sequence_number": number}


def embeddings(asked: Asked, _text: str, usage: Json | None) -> Json:
    """A vector for each text."""
    texts = asked.body["input"]
    count = len(texts) if isinstance(texts, list) else 1
    vectors = [
        {"object": "embedding", "index": index, "embedding": [1.0, round(0.1 * index, 1)]} for index in range(count)
    ]
    return {"object": "list", "model": asked.model, "data": vectors, **_if_any(usage)}


def transcription(_asked: Asked, text: str, usage: Json | None) -> Json:
    """What was said in a recording."""
    return {"task": "transcribe", "language": "english", "duration": RECORDING_SECONDS, "text": text, **_if_any(usage)}


def images(_asked: Asked, _text: str, usage: Json | None) -> Json:
    """One picture."""
    return {"created": CREATED, "data": [{"b64_json": PIXEL}], **_if_any(usage)}


def error(status: int) -> Json:
    """An error in OpenAI's form."""
    return {
        "error": {"message": "The model is overloaded.", "type": "server_error", "param": None, "code": str(status)}
    }


def _chat_head(asked: Asked, kind: str) -> Json:
    return {"id": "chatcmpl-local", "object": kind, "created": CREATED, "model": asked.model}


def _response_head(asked: Asked) -> Json:
    settings = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    return {"id": "resp_local", "object": "response", "created_at": CREATED, "model": asked.model, **settings}


def _message(text: str) -> Json:
    content = {"type": "output_text", "text": text, "annotations": []}
    return {"id": "msg_local", "type": "message", "role": "assistant", "status": "completed", "content": [content]}


def _if_any(usage: Json | None) -> Json:
    return {} if usage is None else {"usage": usage}
