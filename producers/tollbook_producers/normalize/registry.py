"""The reader of each surface."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tollbook_producers.normalize.gemini.batches import BatchReader as GeminiBatchReader
from tollbook_producers.normalize.gemini.caches import CacheReader
from tollbook_producers.normalize.gemini.embed import EmbedReader
from tollbook_producers.normalize.gemini.generate import GenerateReader
from tollbook_producers.normalize.gemini.interactions import InteractionReader
from tollbook_producers.normalize.gemini.live import LiveReader
from tollbook_producers.normalize.gemini.media import ImagesReader as GeminiImagesReader
from tollbook_producers.normalize.gemini.media import VideosReader
from tollbook_producers.normalize.openai.audio import AudioReader
from tollbook_producers.normalize.openai.batches import BatchReader
from tollbook_producers.normalize.openai.chat import ChatReader
from tollbook_producers.normalize.openai.embeddings import EmbeddingsReader
from tollbook_producers.normalize.openai.images import ImagesReader
from tollbook_producers.normalize.openai.realtime import RealtimeReader
from tollbook_producers.normalize.openai.responses import ResponsesReader
from tollbook_producers.normalize.reader import Reader, SessionReader
from tollbook_schemas import TollbookError

_Readers = Mapping[str, Callable[[Mapping[str, Any]], Reader]]
_Sessions = Mapping[str, Callable[[], SessionReader]]

_OPENAI: _Readers = {
    "chat.completions": ChatReader,
    "completions": ChatReader,
    "responses": ResponsesReader,
    "responses.compact": ResponsesReader,
    "decisions": ResponsesReader,
    "embeddings": EmbeddingsReader,
    "audio.transcriptions": AudioReader,
    "audio.translations": AudioReader,
    "audio.speech": AudioReader,
    "images": ImagesReader,
    "batches": BatchReader,
}
_GEMINI: _Readers = {
    "models.generate_content": GenerateReader,
    "models.embed_content": EmbedReader,
    "models.generate_images": GeminiImagesReader,
    "models.generate_videos": VideosReader,
    "caches.create": CacheReader,
    "batches": GeminiBatchReader,
    "interactions": InteractionReader,
}
_OPENAI_SESSIONS: _Sessions = {"realtime": RealtimeReader}
_GEMINI_SESSIONS: _Sessions = {"live": LiveReader}
_NO_REQUEST: Mapping[str, Any] = MappingProxyType({})


class UnknownSurfaceError(TollbookError):
    """There is no reader for a surface."""


def reader_for(provider: str, surface: str, request: Mapping[str, object] | None = None) -> Reader:
    """The reader of one call. `request` is the JSON that the caller sent.

    Every provider but `gemini` is read as OpenAI-shaped: its name is whatever the client was wrapped with.
    Raises UnknownSurfaceError.
    """
    readers = _GEMINI if provider == "gemini" else _OPENAI
    if surface not in readers:
        raise UnknownSurfaceError(f"{provider} has no surface {surface!r}; known are {', '.join(readers)}")
    return readers[surface](_NO_REQUEST if request is None else request)


def session_reader_for(provider: str, surface: str) -> SessionReader:
    """The reader of one session. Raises UnknownSurfaceError."""
    sessions = _GEMINI_SESSIONS if provider == "gemini" else _OPENAI_SESSIONS
    if surface not in sessions:
        raise UnknownSurfaceError(f"{provider} has no session surface {surface!r}; known are {', '.join(sessions)}")
    return sessions[surface]()


def surfaces_of(provider: str) -> tuple[str, ...]:
    """The surfaces of calls that there are readers for."""
    return tuple(_GEMINI if provider == "gemini" else _OPENAI)


def session_surfaces_of(provider: str) -> tuple[str, ...]:
    """The surfaces of sessions that there are readers for."""
    return tuple(_GEMINI_SESSIONS if provider == "gemini" else _OPENAI_SESSIONS)
