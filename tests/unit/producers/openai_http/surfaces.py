"""Every surface that answers in one piece: how it is asked, what the provider answers, what must be counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from support.openai_answers import (
    SPEECH_USAGE,
    TRANSCRIPTION_USAGE,
    completion_answer,
    embedding_answer,
    images_answer,
    response_answer,
)
from support.openai_streams import sse
from support.provider_answers import chat_answer
from support.provider_server import Reply

MESSAGES = [{"role": "user", "content": "hello"}]
SOUND = ("a.wav", b"RIFF")
PICTURE = ("a.png", b"PNG")


class Verdict(BaseModel):
    good: bool


@dataclass(frozen=True)
class Surface:
    """`ask` makes the SDK's call; `counts` is what the event must hold, `missing` an answer without usage."""

    name: str
    resource: str
    arguments: dict[str, Any]
    answer: object
    counts: dict[str, Any]
    missing: object = None
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, client: Any, **more: Any) -> Any:
        """The SDK's call, not yet awaited."""
        return self.method(client)(**self.arguments, **more)

    def method(self, client: Any, way: str | None = None) -> Callable[..., Any]:
        """The SDK's method, or its `with_raw_response` or `with_streaming_response`."""
        *path, name = self.resource.split(".")
        for part in [*path, *([way] if way else [])]:
            client = getattr(client, part)
        method: Callable[..., Any] = getattr(client, name)
        return method

    def reply(self, answer: object) -> Reply:
        """The provider's answer."""
        return Reply(answer, headers={"x-request-id": "req_1", **self.headers})


_PARSED = chat_answer(text='{"good": true}')
_PARSED_RESPONSE = response_answer(text='{"good": true}')
_TEXT = {"content-type": "text/plain"}
_AUDIO = {"content-type": "audio/mpeg"}
_SSE = {"content-type": "text/event-stream"}
_RESPONSE = {"prompt_tokens": 3737, "completion_tokens": 621, "cached_prompt_tokens": 2304, "reasoning_tokens": 512}
_COMPACTED = {"id": "resp_1", "object": "response.compaction", "created_at": 1, "output": []}
_VERBOSE = {"task": "transcribe", "language": "english", "duration": 3.0, "text": "ok"}
_CHAT = {"prompt_tokens": 16, "completion_tokens": 363, "total_tokens": 379}
_IMAGES = {"prompt_tokens": 50, "completion_tokens": 50, "input_image_tokens": 40}
_SPOKEN = sse(
    [{"type": "speech.audio.delta", "audio": "AAAA"}, {"type": "speech.audio.done", "usage": SPEECH_USAGE}], done=False
)

SURFACES = [
    Surface(
        "chat",
        "chat.completions.create",
        {"model": "gpt-4.1-nano", "messages": MESSAGES},
        chat_answer(),
        _CHAT,
        chat_answer(None),
    ),
    Surface(
        "chat_parse",
        "chat.completions.parse",
        {"model": "gpt-4.1-nano", "messages": MESSAGES, "response_format": Verdict},
        _PARSED,
        _CHAT,
        {**_PARSED, "usage": None},
    ),
    Surface(
        "completions",
        "completions.create",
        {"model": "gpt-3.5-turbo-instruct", "prompt": "hello"},
        completion_answer(),
        {"prompt_tokens": 14, "completion_tokens": 16},
        completion_answer(None),
    ),
    Surface(
        "responses",
        "responses.create",
        {"model": "gpt-5", "input": "hello"},
        response_answer(),
        _RESPONSE,
        response_answer(None),
    ),
    Surface(
        "responses_parse",
        "responses.parse",
        {"model": "gpt-5", "input": "hello", "text_format": Verdict},
        _PARSED_RESPONSE,
        _RESPONSE,
        {**_PARSED_RESPONSE, "usage": None},
    ),
    Surface(
        "responses_compact",
        "responses.compact",
        {"model": "gpt-5", "input": "hello"},
        {**_COMPACTED, "usage": response_answer()["usage"]},
        _RESPONSE,
        {**_COMPACTED, "usage": None},
    ),
    Surface(
        "embeddings",
        "embeddings.create",
        {"model": "text-embedding-3-small", "input": "hello"},
        embedding_answer({"prompt_tokens": 12, "total_tokens": 12}),
        {"prompt_tokens": 12, "completion_tokens": 0},
        embedding_answer(),
    ),
    Surface(
        "transcription",
        "audio.transcriptions.create",
        {"model": "gpt-4o-transcribe", "file": SOUND},
        {"text": "ok", "usage": TRANSCRIPTION_USAGE},
        {"prompt_tokens": 26, "completion_tokens": 9, "input_audio_tokens": 26},
        {"text": "ok"},
    ),
    Surface(
        "transcription_verbose",
        "audio.transcriptions.create",
        {"model": "whisper-1", "file": SOUND, "response_format": "verbose_json"},
        {**_VERBOSE, "usage": {"type": "duration", "seconds": 3}},
        {"prompt_tokens": None, "input_audio_seconds": 3},
    ),
    Surface(
        "transcription_srt",
        "audio.transcriptions.create",
        {"model": "whisper-1", "file": SOUND, "response_format": "srt"},
        b"1\n00:00:00,000 --> 00:00:01,000\nok\n",
        {},
        b"1\n00:00:00,000 --> 00:00:01,000\nok\n",
        _TEXT,
    ),
    Surface(
        "translation",
        "audio.translations.create",
        {"model": "whisper-1", "file": SOUND},
        {"text": "ok"},
        {},
        {"text": "ok"},
    ),
    Surface(
        "speech",
        "audio.speech.create",
        {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": "hello"},
        b"\x00\xff" * 500,
        {},
        b"\x00\xff" * 500,
        _AUDIO,
    ),
    Surface(
        "speech_events",
        "audio.speech.create",
        {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": "hello", "stream_format": "sse"},
        b"".join(_SPOKEN),
        {"prompt_tokens": 14, "completion_tokens": 101},
        b"".join(_SPOKEN[:1]),
        _SSE,
    ),
    Surface("images", "images.generate", {"model": "gpt-image-1", "prompt": "x", "n": 2}, images_answer(), _IMAGES),
    Surface(
        "images_dalle",
        "images.generate",
        {"model": "dall-e-3", "prompt": "x"},
        images_answer(None),
        {"output_images": 2},
    ),
    Surface(
        "images_edit",
        "images.edit",
        {"model": "gpt-image-1", "image": PICTURE, "prompt": "x"},
        images_answer(),
        _IMAGES,
    ),
    Surface(
        "images_variation",
        "images.create_variation",
        {"model": "dall-e-2", "image": PICTURE},
        images_answer(None, 1),
        {"output_images": 1},
    ),
]
CHAT = SURFACES[0]
