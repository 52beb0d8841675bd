"""Answers of Gemini's HTTP interface."""

from collections.abc import Iterator
from typing import Any

from provider.answers_openai import PIXEL
from provider.asked import Asked

Json = dict[str, Any]


def content(asked: Asked, text: str, usage: Json | None) -> Json:
    """A generateContent answer; where functions are offered, it first asks for one."""
    functions = [tool["functionDeclarations"][0]["name"] for tool in asked.body.get("tools", ())]
    if functions and not asked.has_tool_results:
        return _answer(asked, {"functionCall": {"name": functions[0], "args": {"topic": "loyalty"}}}, usage)
    return _answer(asked, {"text": text}, usage)


def content_stream(asked: Asked, text: str, usage: Json | None) -> Iterator[Json]:
    """Its chunks. Each states the running total; only the last one's counts."""
    half = len(text) // 2
    so_far = usage and {**usage, "candidatesTokenCount": 1, "totalTokenCount": usage["totalTokenCount"] - 1}
    first = _answer(asked, {"text": text[:half]}, so_far)
    del first["candidates"][0]["finishReason"]
    yield first
    yield _answer(asked, {"text": text[half:]}, usage)


def picture(asked: Asked, _text: str, usage: Json | None) -> Json:
    """A generateContent answer that is a picture."""
    return _answer(asked, {"inlineData": {"mimeType": "image/png", "data": PIXEL}}, usage)


def embeddings(asked: Asked, _text: str, usage: Json | None) -> Json:
    """A vector for each text."""
    vectors = [{"values": [1.0, round(0.1 * index, 1)]} for index in range(len(asked.body["requests"]))]
    return {"embeddings": vectors, **_if_any(usage)}


def error(status: int) -> Json:
    """An error in Gemini's form."""
    return {"error": {"code": status, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}


def _answer(asked: Asked, part: Json, usage: Json | None) -> Json:
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    head = {"modelVersion": asked.model, "responseId": "local"}
    return {"candidates": [candidate], **head, **_if_any(usage)}


def _if_any(usage: Json | None) -> Json:
    return {} if usage is None else {"usageMetadata": usage}
