"""Every surface that streams: how it is asked, what the provider sends, what must be counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.both import done, everything, opened
from support.openai_answers import IMAGE_USAGE, TRANSCRIPTION_USAGE, response_events
from support.openai_streams import (
    DONE,
    asked_for_usage,
    chat_chunks,
    completion_chunks,
    sse,
    usage_chunk,
)
from support.provider_answers import OPENAI_COMPLETION_USAGE
from support.provider_server import Asked, Reply
from unit.producers.openai_http.surfaces import MESSAGES, PICTURE, SOUND

_CHAT = {"model": "gpt-4.1-nano", "messages": MESSAGES}
_CHAT_COUNTS = {"prompt_tokens": 16, "completion_tokens": 363}
_RESPONSE_COUNTS = {"prompt_tokens": 3737, "completion_tokens": 621}
_IMAGE_COUNTS = {"prompt_tokens": 50, "input_image_tokens": 40}
_PARTIAL = {"b64_json": "AAAA", "background": "auto", "created_at": 1, "output_format": "png", "quality": "high"}


@dataclass(frozen=True)
class Stream:
    """`messages` come always, `usage` only where it is asked for; `is_marked` where a `[DONE]` ends them."""

    name: str
    resource: str
    arguments: dict[str, Any]
    messages: Sequence[dict[str, Any]]
    counts: dict[str, Any]
    usage: dict[str, Any] | None = None
    is_helper: bool = False
    is_marked: bool = True

    def reply(self, asked: Asked, *, manner: Any = "whole", upto: int | None = None) -> Reply:
        """The provider's stream, or its first messages."""
        messages = list(self.messages)
        if self.usage is not None and asked_for_usage(asked.body):
            messages.append(self.usage)
        pieces = sse(messages, done=False)[:upto]
        if upto is None and self.is_marked:
            pieces.append(DONE)
        return Reply(chunks=pieces, headers={"x-request-id": "req_1"}, manner=manner)

    async def open(self, client: Any) -> Any:
        """The SDK's stream, or the manager of its helper's."""
        for part in self.resource.split("."):
            client = getattr(client, part)
        begun = client(**self.arguments)
        return begun if self.is_helper else await done(begun)

    async def use(self, client: Any) -> list[Any]:
        """All that the SDK's stream gives."""
        async with opened(await self.open(client)) as stream:
            return await everything(stream)


def _images(kind: str) -> list[dict[str, Any]]:
    sized = {**_PARTIAL, "size": "1024x1024"}
    return [
        {"type": f"{kind}.partial_image", "partial_image_index": 0, **sized},
        {"type": f"{kind}.completed", "usage": IMAGE_USAGE, **sized},
    ]


STREAMS = [
    Stream("chat", "chat.completions.create", {**_CHAT, "stream": True}, chat_chunks(), _CHAT_COUNTS, usage_chunk()),
    Stream("chat_helper", "chat.completions.stream", _CHAT, chat_chunks(), _CHAT_COUNTS, usage_chunk(), is_helper=True),
    Stream(
        "completions",
        "completions.create",
        {"model": "gpt-3.5-turbo-instruct", "prompt": "x", "stream": True},
        completion_chunks(),
        {"prompt_tokens": 14, "completion_tokens": 16},
        usage_chunk(OPENAI_COMPLETION_USAGE),
    ),
    Stream(
        "responses",
        "responses.create",
        {"model": "gpt-5", "input": "x", "stream": True},
        response_events(),
        _RESPONSE_COUNTS,
        is_marked=False,
    ),
    Stream(
        "responses_helper",
        "responses.stream",
        {"model": "gpt-5", "input": "x"},
        response_events(),
        _RESPONSE_COUNTS,
        is_helper=True,
        is_marked=False,
    ),
    Stream(
        "transcription",
        "audio.transcriptions.create",
        {"model": "gpt-4o-transcribe", "file": SOUND, "stream": True},
        [
            {"type": "transcript.text.delta", "delta": "ok"},
            {"type": "transcript.text.done", "text": "ok", "usage": TRANSCRIPTION_USAGE},
        ],
        {"prompt_tokens": 26, "input_audio_tokens": 26},
    ),
    Stream(
        "images",
        "images.generate",
        {"model": "gpt-image-1", "prompt": "x", "stream": True},
        _images("image_generation"),
        _IMAGE_COUNTS,
        is_marked=False,
    ),
    Stream(
        "images_edit",
        "images.edit",
        {"model": "gpt-image-1", "image": PICTURE, "prompt": "x", "stream": True},
        _images("image_edit"),
        _IMAGE_COUNTS,
        is_marked=False,
    ),
]
CHAT = STREAMS[0]
