"""A local provider, clients that talk to it, and a list in Kafka's place."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from google import genai
from google.genai.types import HttpOptions
from openai import OpenAI

from support.provider_answers import chat_answer, gemini_answer
from support.provider_events import EventList
from support.provider_server import Asked, ProviderServer, Reply
from tollbook_producers import configure

MakeOpenAI = Callable[..., OpenAI]
MakeGemini = Callable[..., genai.Client]


@pytest.fixture
def events() -> Iterator[EventList]:
    """The events that calls left, in order."""
    published = EventList()
    configure(publisher=published)
    yield published
    configure()


def answer(asked: Asked) -> Reply:
    """The usual answer of either provider."""
    if "/chat/completions" in asked.path:
        return Reply(chat_answer(), headers={"x-request-id": "req_1"})
    return Reply(gemini_answer(), headers={"x-gemini-service-tier": "flex"})


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    """A provider that answers; a test may set its `reply`."""
    with ProviderServer(answer) as running:
        yield running


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Closes at the end what a test opened."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def make_openai(server: ProviderServer, closing: ExitStack) -> MakeOpenAI:
    """An OpenAI client of the local provider, without retries unless asked for."""

    def make(**options: object) -> OpenAI:
        given = {"base_url": f"{server.url}/v1", "api_key": "none", "max_retries": 0, **options}
        return closing.enter_context(OpenAI(**given))  # type: ignore[arg-type]  # a test's own options

    return make


@pytest.fixture
def make_gemini(server: ProviderServer, closing: ExitStack) -> MakeGemini:
    """A google-genai client of the local provider."""

    def make(**http_options: object) -> genai.Client:
        options = HttpOptions.model_validate({"base_url": server.url, **http_options})
        client = genai.Client(api_key="none", http_options=options)
        closing.callback(client.close)
        return client

    return make
