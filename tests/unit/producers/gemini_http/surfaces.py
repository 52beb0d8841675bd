"""Each surface: how it is used, on a client or on its `aio`, what the provider answers, and what the event says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.both import done, everything
from support.gemini_answers import INTERACTION_USAGE, chunks, interaction, interaction_events, streamed
from support.provider_answers import GEMINI_USAGE, gemini_answer
from support.provider_server import Manner, Reply
from unit.producers.gemini_http.conftest import Use

MODEL = "gemini-3-pro"


@dataclass(frozen=True)
class Surface:
    """`without` is an answer that reports no usage; `messages` is what is streamed."""

    name: str
    use: Use
    answer: dict[str, Any] | None = None
    without: dict[str, Any] | None = None
    messages: tuple[dict[str, Any], ...] = ()
    says: Mapping[str, object] = field(default_factory=dict)
    path: str = ""
    client: Mapping[str, Any] = field(default_factory=dict)

    def reply(self) -> Reply:
        """The provider's good answer."""
        return streamed(list(self.messages)) if self.messages else Reply(self.answer)

    def broken_off(self, manner: Manner, after: int = 1) -> Reply:
        """The first messages of the stream, and then nothing good."""
        return streamed(list(self.messages[:after]), manner)


async def generate(api: Any) -> Any:
    return await done(api.models.generate_content(model=MODEL, contents="hello"))


async def generate_stream(api: Any) -> Any:
    return await everything(await done(api.models.generate_content_stream(model=MODEL, contents="hello")))


async def chat(api: Any) -> Any:
    return await done(api.chats.create(model=MODEL).send_message("hello"))


async def chat_stream(api: Any) -> Any:
    return await everything(await done(api.chats.create(model=MODEL).send_message_stream("hello")))


async def embed(api: Any) -> Any:
    return await done(api.models.embed_content(model="gemini-embedding-001", contents="hello"))


async def cache(api: Any) -> Any:
    config = {"contents": [{"role": "user", "parts": [{"text": "long"}]}]}
    return await done(api.caches.create(model=MODEL, config=config))


async def interact(api: Any) -> Any:
    return await done(api.interactions.create(model=MODEL, input="hello"))


async def interact_stream(api: Any) -> Any:
    return await everything(await done(api.interactions.create(model=MODEL, input="hello", stream=True)))


async def recontext(api: Any) -> Any:
    source = {"prompt": "hello"}
    return await done(api.models.recontext_image(model="imagen-recontext", source=source))


_GENERATED = {
    "prompt_tokens": 9,
    "completion_tokens": 272,
    "reasoning_tokens": 244,
    "total_tokens": 281,
    "model": MODEL,
    "response_model": "gemini-3-pro-preview",
    "request_id": "Un6LacrVMcjUxs0PmJfWoQc",
}
_INTERACTED = {
    "prompt_tokens": 151,
    "completion_tokens": 1222,
    "reasoning_tokens": 249,
    "tool_use_prompt_tokens": 129,
    "total_tokens": 1373,
    "model": MODEL,
    "request_id": "int_1",
    "source_id": "int_1",
}
_CACHED = {"prompt_tokens": 1007, "cache_write_tokens": 1007, "completion_tokens": 0, "model": MODEL}
_EMBEDDED = {"prompt_tokens": 11, "completion_tokens": 0, "model": "gemini-embedding-001"}
_EMBEDDING: dict[str, Any] = {"embeddings": [{"values": [0.5, 0.25]}]}
_CACHE: dict[str, Any] = {"name": "cachedContents/c1", "model": f"models/{MODEL}"}
_IMAGE: dict[str, Any] = {"mimeType": "image/png", "bytesBase64Encoded": "aGVsbG8="}

GENERATE = Surface(
    "generate_content", generate, gemini_answer(), gemini_answer(None), says=_GENERATED, path=":generateContent"
)
INTERACT = Surface(
    "interactions",
    interact,
    interaction(INTERACTION_USAGE),
    interaction(),
    says=_INTERACTED,
    path="/interactions",
)
UNARY = (
    GENERATE,
    Surface("chat", chat, gemini_answer(), gemini_answer(None), says=_GENERATED, path=":generateContent"),
    Surface(
        "embed_content",
        embed,
        {**_EMBEDDING, "usageMetadata": {"promptTokenCount": 11}},
        _EMBEDDING,
        says=_EMBEDDED,
        path=":batchEmbedContents",
    ),
    Surface(
        "caches.create",
        cache,
        {**_CACHE, "usageMetadata": {"totalTokenCount": 1007}},
        _CACHE,
        says=_CACHED,
        path="/cachedContents",
    ),
    Surface(
        "vertex",
        generate,
        gemini_answer(GEMINI_USAGE | {"trafficType": "ON_DEMAND_FLEX"}),
        gemini_answer({"trafficType": "ON_DEMAND"}),
        says={**_GENERATED, "service_tier": "flex"},
        path=f"/publishers/google/models/{MODEL}:generateContent",
        client={"vertexai": True},
    ),
    Surface(
        "images",
        recontext,
        {"predictions": [_IMAGE, _IMAGE, {"raiFilteredReason": "no"}]},
        says={"output_images": 2, "model": "imagen-recontext"},
        path="/imagen-recontext:predict",
        client={"vertexai": True},
    ),
    INTERACT,
)
GENERATE_STREAM = Surface(
    "generate_content_stream",
    generate_stream,
    messages=tuple(chunks()),
    says={**_GENERATED, "service_tier": "flex"},
    path=":streamGenerateContent",
)
INTERACT_STREAM = Surface(
    "interactions stream",
    interact_stream,
    messages=tuple(interaction_events(INTERACTION_USAGE)),
    says=_INTERACTED,
    path="/interactions",
)
STREAMS = (
    GENERATE_STREAM,
    Surface(
        "chat stream",
        chat_stream,
        messages=tuple(chunks()),
        says={**_GENERATED, "service_tier": "flex"},
        path=":streamGenerateContent",
    ),
    INTERACT_STREAM,
)
EVERY = (*UNARY, *STREAMS)
