"""Which path is which interface: how it answers, in one piece or as a stream, and what it bills."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from provider import answers_gemini, answers_openai, figures
from provider.asked import Asked
from provider.figures import Figures

Json = dict[str, Any]
Answer = Callable[[Asked, str, Json | None], Json]
Stream = Callable[[Asked, str, Json | None], Iterator[Json]]


@dataclass(frozen=True, slots=True)
class Surface:
    """One interface. `done` ends a stream on the wire."""

    bills: Callable[[int], Figures]
    answer: Answer
    error: Callable[[int], Json]
    stream: Stream | None = None
    done: bytes = b""


_CHAT = (answers_openai.chat, answers_openai.error, answers_openai.chat_stream, b"data: [DONE]\n\n")
_SURFACES = {
    "/xai/v1/chat/completions": Surface(figures.xai_chat, *_CHAT),
    "/v1/chat/completions": Surface(figures.chat, *_CHAT),
    "/v1/responses": Surface(
        figures.responses, answers_openai.response, answers_openai.error, answers_openai.response_stream
    ),
    "/v1/embeddings": Surface(figures.embeddings, answers_openai.embeddings, answers_openai.error),
    "/v1/audio/transcriptions": Surface(figures.transcription, answers_openai.transcription, answers_openai.error),
    "/v1/images/generations": Surface(figures.image, answers_openai.images, answers_openai.error),
    ":generateContent": Surface(figures.gemini, answers_gemini.content, answers_gemini.error),
    ":streamGenerateContent": Surface(
        figures.gemini, answers_gemini.content, answers_gemini.error, answers_gemini.content_stream
    ),
    ":batchEmbedContents": Surface(figures.gemini_embedding, answers_gemini.embeddings, answers_gemini.error),
}
_PICTURE = Surface(figures.gemini_image, answers_gemini.picture, answers_gemini.error)


def surface_of(asked: Asked) -> Surface | None:
    """The interface that a request is for, None where there is none such."""
    path = asked.path.partition("?")[0]
    if path.endswith("-image:generateContent"):
        return _PICTURE
    return next((surface for end, surface in _SURFACES.items() if path.endswith(end)), None)
