"""Every kind of client, and what the SDK makes of one, stays what it is and is tracked once."""

import asyncio
from typing import Any

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI

from support.both import done, opened
from support.openai_answers import images_answer
from support.provider_answers import XAI_USAGE, chat_answer
from support.provider_events import EventList
from support.provider_server import ProviderServer, Reply
from tollbook_producers import track_openai, usage_context
from tollbook_producers.wrap_openai.providers import provider_of
from unit.producers.openai_http.conftest import World
from unit.producers.openai_http.surfaces import CHAT

ClientType = type[OpenAI | AsyncOpenAI]


def test_type_and_isinstance(world: World) -> None:
    async def use(client: Any) -> None:
        assert isinstance(client, world.kind)
        assert type(client).__name__ == world.kind.__name__
        assert vars(type(client).__mro__[1])["_tollbook_tracked"] is True

    world.run(use)


def test_subclasses_stay_themselves(events: EventList, server: ProviderServer) -> None:
    class Mine(OpenAI):
        def greet(self) -> str:
            return "hello"

    with Mine(base_url=f"{server.url}/v1", api_key="none") as plain:
        client = track_openai(plain)
        assert isinstance(client, Mine)
        assert client.greet() == "hello"
        CHAT.ask(client)
    assert events.only.prompt_tokens == 16


def test_copies_and_copies_of_copies(world: World) -> None:
    async def use(client: Any) -> None:
        await done(CHAT.ask(client.with_options(timeout=30)))
        await done(CHAT.ask(client.copy(max_retries=1).with_options(max_retries=0)))

    world.run(use, project_id="p")
    assert [event.project_id for event in world.events] == ["p", "p"]


def test_tracked_twice_counts_once(world: World) -> None:
    async def use(client: Any) -> None:
        await done(CHAT.ask(track_openai(client, session_id="t", provider="mine")))

    world.run(use, project_id="p", session_id="s")
    event = world.event
    assert (event.project_id, event.session_id, event.provider) == ("p", "t", "mine")


def test_contexts_of_concurrent_tasks_stay_apart(events: EventList, server: ProviderServer) -> None:
    async def call(client: AsyncOpenAI, number: int) -> None:
        with usage_context(session_id=str(number)):
            await CHAT.ask(client)

    async def main() -> None:
        async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none") as plain:
            client = track_openai(plain)
            await asyncio.gather(*(call(client, number) for number in range(50)))

    asyncio.run(main())
    assert sorted(int(event.session_id or -1) for event in events) == list(range(50))


@pytest.mark.parametrize("kind", [AzureOpenAI, AsyncAzureOpenAI])
@pytest.mark.parametrize("deployment", [None, "mine"])
def test_azure(events: EventList, server: ProviderServer, kind: Any, deployment: str | None) -> None:
    async def main() -> None:
        options: Any = {"azure_endpoint": server.url, "api_key": "none", "api_version": "2026-01-01"}
        async with opened(kind(azure_deployment=deployment, **options)) as plain:
            client = track_openai(plain).with_options(max_retries=0)
            assert isinstance(client, kind)
            await done(CHAT.ask(client))

    asyncio.run(main())
    path = f"/openai/deployments/{deployment or 'gpt-4.1-nano'}/chat/completions"
    assert server.asked[0].path.startswith(path)
    event = events.only
    assert (event.provider, event.model, event.prompt_tokens) == ("azure", "gpt-4.1-nano", 16)


def test_an_azure_deployment_is_the_model_where_none_is_named(events: EventList, server: ProviderServer) -> None:
    server.reply = lambda _: Reply(images_answer())
    options: Any = {"azure_endpoint": server.url, "api_key": "none", "api_version": "2026-01-01"}
    with AzureOpenAI(azure_deployment="mine", **options) as plain:
        track_openai(plain).images.generate(prompt="x")
    assert events.only.model == "mine"


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("api.x.ai", "xai"),
        ("us-east-1.api.x.ai", "xai"),
        ("evil-api.x.ai.example.com", "openai"),
        ("me.openai.azure.com", "azure"),
        ("generativelanguage.googleapis.com", "gemini"),
        ("127.0.0.1", "openai"),
    ],
)
def test_the_host_says_who_bills(host: str, provider: str) -> None:
    with OpenAI(base_url=f"https://{host}/v1", api_key="none") as client:
        assert provider_of(client) == provider


def test_a_copy_for_another_host_is_billed_by_it(world: World) -> None:
    async def use(client: Any) -> None:
        copy = client.with_options(base_url="https://api.x.ai/v1")
        assert provider_of(copy) == "xai"
        assert type(copy)._tollbook_tracked is True

    world.run(use)


def test_xai(world: World) -> None:
    world.server.reply = lambda _: Reply(chat_answer(XAI_USAGE, model="grok-3-mini"))
    world.run(lambda client: done(CHAT.ask(client)), provider="xai")
    event = world.event
    assert (event.provider, event.completion_tokens, str(event.provider_cost_usd)) == ("xai", 229, "0.0001176500")
