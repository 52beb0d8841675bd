"""A provider in memory: no socket, the usual answer of a chat completion, and a stream of 203 chunks."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
from openai import DefaultHttpxClient, OpenAI
from openai.types.chat import ChatCompletion

CHUNKS = 203
"""The role, 200 pieces of text, the finish, and the usage."""
REQUEST: dict[str, Any] = {
    "model": "gpt-4.1-nano",
    "messages": [
        {"role": "system", "content": "You summarise interviews in two sentences."},
        {"role": "user", "content": "Summarise: " + "the product was easy to learn but slow at the till. " * 8},
    ],
    "temperature": 0.2,
    "max_tokens": 400,
}

_USAGE = {
    "prompt_tokens": 112,
    "completion_tokens": 200,
    "total_tokens": 312,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
_COMMON = {
    "id": "chatcmpl-CzQmSx0fWnlW1rKhcpTsYvYTWfKEE",
    "created": 1770933883,
    "model": "gpt-4.1-nano-2025-04-14",
    "service_tier": "default",
    "system_fingerprint": "fp_f0bc439dc3",
}
_HEADERS = {
    "x-request-id": "req_5c2f7a0b6d4e4c0ab1a90e1d7a5ef3c1",
    "openai-processing-ms": "812",
    "openai-version": "2020-10-01",
    "x-ratelimit-remaining-requests": "29999",
    "x-ratelimit-remaining-tokens": "149999882",
}


def make_client() -> OpenAI:
    """An OpenAI client whose provider is this module."""
    transport = httpx2.MockTransport(_answer)
    return OpenAI(
        api_key="none", base_url="http://provider.invalid/v1", http_client=DefaultHttpxClient(transport=transport)
    )


def ask(client: OpenAI) -> None:
    """One unary call."""
    client.chat.completions.create(**REQUEST)


def post(client: OpenAI) -> None:
    """The same call by the SDK's generic method, which takes half the time: for a million of them."""
    client.post("/chat/completions", cast_to=ChatCompletion, body=REQUEST)


def stream(client: OpenAI) -> None:
    """One stream, read to its end. The caller asks for the usage, as the rivals need it."""
    chunks = client.chat.completions.create(**REQUEST, stream=True, stream_options={"include_usage": True})
    if (count := sum(1 for _ in chunks)) != CHUNKS:
        raise RuntimeError(f"a stream of {CHUNKS} chunks reached its caller as {count}: this contestant changes it")


class _Pieces(httpx2.SyncByteStream):
    """One piece for each event, as they come from a network."""

    def __iter__(self) -> Iterator[bytes]:
        return iter(_EVENTS)


def _answer(request: httpx2.Request) -> httpx2.Response:
    if b'"stream":true' in request.content:
        return httpx2.Response(200, headers={**_HEADERS, "content-type": "text/event-stream"}, stream=_Pieces())
    return httpx2.Response(200, headers={**_HEADERS, "content-type": "application/json"}, content=_COMPLETION)


def _chunk(choices: list[dict[str, Any]], usage: dict[str, Any] | None = None) -> bytes:
    body = {**_COMMON, "object": "chat.completion.chunk", "choices": choices, "usage": usage, "obfuscation": "k3Jd0"}
    return b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"


def _delta(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return _chunk([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}])


_MESSAGE: dict[str, Any] = {"role": "assistant", "content": "Easy to learn. " * 50, "refusal": None, "annotations": []}
_CHOICE = {"index": 0, "message": _MESSAGE, "logprobs": None, "finish_reason": "stop"}
_COMPLETION = json.dumps({**_COMMON, "object": "chat.completion", "choices": [_CHOICE], "usage": _USAGE}).encode()
_EVENTS = (
    _delta({"role": "assistant", "content": "", "refusal": None}),
    *(_delta({"content": f" word{number}"}) for number in range(CHUNKS - 3)),
    _delta({}, "stop"),
    _chunk([], _USAGE),
    b"data: [DONE]\n\n",
)
