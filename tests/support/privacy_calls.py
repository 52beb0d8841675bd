"""Every way into the SDKs, with markers in everything that a caller may send."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from google.genai import Client as Gemini
from google.genai.types import GenerateContentConfig, HttpOptions
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from support.privacy_markers import KEY, PROMPT

Call = Callable[[Any], Any]
"""Takes an OpenAI or AsyncOpenAI client, or a Gemini client or its `aio`."""


class Form(BaseModel):
    """A structured output."""

    text: str = ""


_HEADERS = {"x-note": PROMPT}
_SAY: Any = [{"role": "system", "content": PROMPT, "name": "me"}, {"role": "user", "content": PROMPT}]
_WHO: dict[str, Any] = {"user": PROMPT, "metadata": {"note": PROMPT}, "extra_headers": _HEADERS}
_HINTS = {"safety_identifier": PROMPT, "prompt_cache_key": PROMPT, "extra_query": {"q": PROMPT}}
_TOOL = {"type": "function", "function": {"name": "find", "description": PROMPT, "parameters": {"title": PROMPT}}}
_CHAT: dict[str, Any] = {"model": "gpt-5", "messages": _SAY, **_WHO, **_HINTS}
_ASK: dict[str, Any] = {"model": "gpt-5", "input": PROMPT, "instructions": PROMPT, **_WHO, **_HINTS}
_FILE = (f"{PROMPT}.wav", PROMPT.encode(), "audio/wav")
_PICTURE = (f"{PROMPT}.png", PROMPT.encode(), "image/png")
_DRAW: dict[str, Any] = {"model": "gpt-image-1", "prompt": PROMPT, "user": PROMPT}


def find(city: str) -> str:
    """Find plum-marmalade."""
    return f"{PROMPT} in {city}"


OPENAI_CALLS: Mapping[str, Call] = {
    "chat": lambda client: client.chat.completions.create(**_CHAT, tools=[_TOOL]),
    "chat parse": lambda client: client.chat.completions.parse(**_CHAT, response_format=Form),
    "chat stream=True": lambda client: client.chat.completions.create(**_CHAT, stream=True),
    "chat stream()": lambda client: client.chat.completions.stream(**_CHAT),
    "chat raw": lambda client: client.chat.completions.with_raw_response.create(**_CHAT),
    "chat streamed raw": lambda client: client.chat.completions.with_streaming_response.create(**_CHAT),
    "completions": lambda client: client.completions.create(model="gpt-5", prompt=PROMPT, suffix=PROMPT, user=PROMPT),
    "completions stream": lambda client: client.completions.create(model="gpt-5", prompt=PROMPT, stream=True),
    "responses": lambda client: client.responses.create(**_ASK),
    "responses parse": lambda client: client.responses.parse(**_ASK, text_format=Form),
    "responses stream=True": lambda client: client.responses.create(**_ASK, stream=True),
    "responses stream()": lambda client: client.responses.stream(**_ASK),
    "responses compact": lambda client: client.responses.compact(model="gpt-5", input=PROMPT, instructions=PROMPT),
    "embeddings": lambda client: client.embeddings.create(
        model="text-embedding-3-small", input=[PROMPT], user=PROMPT, encoding_format="float"
    ),
    "transcriptions": lambda client: client.audio.transcriptions.create(model="whisper-1", file=_FILE, prompt=PROMPT),
    "translations": lambda client: client.audio.translations.create(model="whisper-1", file=_FILE, prompt=PROMPT),
    "speech": lambda client: client.audio.speech.create(
        model="tts-1", input=PROMPT, voice="alloy", instructions=PROMPT
    ),
    "images": lambda client: client.images.generate(**_DRAW),
    "image edits": lambda client: client.images.edit(**_DRAW, image=_PICTURE),
    "batches": lambda client: client.batches.retrieve("batch_1", extra_headers=_HEADERS),
}
GEMINI_CALLS: Mapping[str, Call] = {
    "generate": lambda client: client.models.generate_content(
        model="gemini-2.5-pro", contents=PROMPT, config=GenerateContentConfig(system_instruction=PROMPT)
    ),
    "generate with functions": lambda client: client.models.generate_content(
        model="gemini-2.5-pro", contents=PROMPT, config=GenerateContentConfig(tools=[find])
    ),
    "generate stream": lambda client: client.models.generate_content_stream(model="gemini-2.5-pro", contents=PROMPT),
    "chat": lambda client: client.chats.create(model="gemini-2.5-pro").send_message(PROMPT),
    "embed": lambda client: client.models.embed_content(model="gemini-embedding-001", contents=PROMPT),
    "caches": lambda client: client.caches.create(
        model="gemini-2.5-flash", config={"display_name": PROMPT, "contents": [PROMPT]}
    ),
    "interactions": lambda client: client.interactions.create(model="gemini-2.5-pro", input=PROMPT),
}


@asynccontextmanager
async def leaky_clients(url: str, patience: float) -> AsyncIterator[tuple[OpenAI, AsyncOpenAI, Gemini]]:
    """Plain clients with a marked key; `patience` in seconds."""
    options: dict[str, Any] = {"base_url": f"{url}/v1", "api_key": KEY, "max_retries": 0, "timeout": patience}
    http_options = HttpOptions(base_url=url, timeout=round(patience * 1000), headers={"x-note": KEY})
    with OpenAI(**options, organization=KEY, project=KEY) as plain:
        async with AsyncOpenAI(**options) as plain_async:
            gemini = Gemini(api_key=KEY, http_options=http_options)
            try:
                yield plain, plain_async, gemini
            finally:
                gemini.close()
                await gemini.aio.aclose()


async def finish(made: Any) -> None:
    """Await, enter, iterate or read, whatever a call returned, to its very end."""
    if inspect.isawaitable(made):
        made = await made
    if hasattr(made, "__aenter__"):
        async with made as entered:
            await _drain_async(entered)
    elif hasattr(made, "__enter__"):
        with made as entered:
            _drain(entered)
    elif hasattr(made, "__aiter__"):
        await _drain_async(made)
    elif inspect.isgenerator(made):
        _drain(made)


async def _drain_async(entered: Any) -> None:
    if hasattr(entered, "__aiter__"):
        async for _ in entered:
            pass
    else:
        await entered.read()


def _drain(entered: Any) -> None:
    if isinstance(entered, Iterable):
        for _ in entered:
            pass
    else:
        entered.read()
