"""An app's test suite, run under the guard by test_guard_plugin.py: each test's name says how it has to end.

A comment `line of <test>` marks the line that its report has to name.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from google import genai
from google.genai.types import HttpOptions
from openai import AsyncOpenAI, AzureOpenAI, OpenAI

from tollbook_producers import allow_untracked, open_call, track_call, track_gemini, track_openai, tracked_call

URL = os.environ["PROVIDER_URL"]
OPENAI: dict[str, Any] = {"base_url": f"{URL}/v1", "api_key": "none", "max_retries": 0}
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
CONTENTS: dict[str, Any] = {"model": "m", "contents": "hello"}


def ask(client: OpenAI) -> object:
    return client.chat.completions.create(**ASKED)  # line of test_fails_in_a_helper


def gemini() -> genai.Client:
    return genai.Client(api_key="none", http_options=HttpOptions(base_url=URL))


def test_fails_in_a_helper() -> None:
    ask(OpenAI(**OPENAI))


def test_fails_when_swallowed() -> None:
    client = OpenAI(**(OPENAI | {"base_url": "http://127.0.0.1:1/v1"}))
    with suppress(Exception):
        client.chat.completions.create(**ASKED)  # line of test_fails_when_swallowed


def test_fails_for_a_stream() -> None:
    with suppress(Exception):
        OpenAI(**OPENAI).chat.completions.create(**ASKED, stream=True)  # line of test_fails_for_a_stream


def test_fails_for_a_raw_response() -> None:
    OpenAI(**OPENAI).chat.completions.with_raw_response.create(**ASKED)  # line of test_fails_for_a_raw_response


def test_fails_for_a_copy() -> None:
    copy = OpenAI(**OPENAI).with_options(timeout=5)
    with suppress(Exception):
        copy.embeddings.create(model="m", input="hello")  # line of test_fails_for_a_copy


def test_fails_for_azure() -> None:
    client = AzureOpenAI(base_url=f"{URL}/openai", api_key="none", api_version="1", max_retries=0)
    client.chat.completions.create(**ASKED)  # line of test_fails_for_azure


def test_fails_for_a_subclass() -> None:
    class Own(OpenAI):
        pass

    ask(Own(**OPENAI))


def test_fails_async() -> None:
    async def main() -> None:
        async with AsyncOpenAI(**OPENAI) as client:
            await client.chat.completions.create(**ASKED)  # line of test_fails_async

    asyncio.run(main())


def test_fails_in_a_task() -> None:
    async def main() -> None:
        async with AsyncOpenAI(**OPENAI) as client:
            call = client.chat.completions.create(**ASKED)  # line of test_fails_in_a_task
            await asyncio.gather(call)

    asyncio.run(main())


def test_fails_in_a_thread() -> None:
    client = OpenAI(**OPENAI)

    def work() -> None:
        client.chat.completions.create(**ASKED)  # line of test_fails_in_a_thread

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_fails_straight_in_a_pool() -> None:
    client = OpenAI(**OPENAI)
    with ThreadPoolExecutor(1) as pool:
        create: Callable[..., object] = client.chat.completions.create
        pool.submit(create, **ASKED).result()


def test_fails_for_a_realtime_session() -> None:
    OpenAI(**OPENAI).realtime.connect(model="m")  # line of test_fails_for_a_realtime_session


def test_fails_for_gemini() -> None:
    client = gemini()
    client.models.generate_content(**CONTENTS)  # line of test_fails_for_gemini


def test_fails_for_a_gemini_stream() -> None:
    client = gemini()
    with suppress(Exception):
        list(client.models.generate_content_stream(**CONTENTS))  # line of test_fails_for_a_gemini_stream


def test_fails_for_gemini_async() -> None:
    async def main() -> None:
        client = gemini()
        with suppress(Exception):
            await client.aio.models.generate_content(**CONTENTS)  # line of test_fails_for_gemini_async

    asyncio.run(main())


def test_fails_for_a_live_session() -> None:
    client = gemini()
    client.aio.live.connect(model="m")  # line of test_fails_for_a_live_session


def test_fails_on_its_own_too() -> None:
    ask(OpenAI(**OPENAI))
    raise AssertionError("its own failure")


def test_fails_when_skipped() -> None:
    ask(OpenAI(**OPENAI))
    pytest.skip("too late")


def test_passes_when_tracked() -> None:
    client = track_openai(OpenAI(**OPENAI))
    ask(client)
    ask(client.with_options(timeout=5))


def test_passes_when_gemini_is_tracked() -> None:
    client = track_gemini(gemini())
    client.models.generate_content(**CONTENTS)
    client.chats.create(model="m").send_message("hello")


def test_passes_inside_a_tracked_call() -> None:
    client = OpenAI(**OPENAI)
    tracked_call(lambda: ask(client), provider="openai", model="m")
    track_call(provider="openai", model="m")(ask)(client)
    with open_call(provider="openai", model="m"):
        ask(client)


def test_passes_inside_an_async_tracked_call() -> None:
    async def main() -> None:
        async with AsyncOpenAI(**OPENAI) as client:
            ask_it: Callable[[], Awaitable[object]] = lambda: client.chat.completions.create(**ASKED)  # noqa: E731
            await tracked_call(ask_it, provider="openai", model="m")

    asyncio.run(main())


def test_passes_for_what_nobody_bills() -> None:
    client = gemini()
    with suppress(Exception):
        OpenAI(**OPENAI).models.list()
    with suppress(Exception):
        client.models.count_tokens(**CONTENTS)
    with suppress(Exception):
        client.models.get(model="m")


@pytest.mark.untracked_llm("it tests the client itself")
def test_passes_with_a_reason() -> None:
    ask(OpenAI(**OPENAI))


def test_passes_where_it_is_allowed() -> None:
    with allow_untracked("a health check that is free"):
        ask(OpenAI(**OPENAI))


@pytest.mark.untracked_llm
def test_fails_without_a_reason() -> None:
    ask(OpenAI(**OPENAI))
