"""Every request that the SDK makes by itself is a call of its own; those of one operation share an id."""

from typing import Any

import pytest
from google.genai import types

from support.both import done, everything
from support.gemini_answers import HOPS, INTERACTION_USAGE, hop, interaction, interaction_events, streamed, streams
from support.provider_answers import gemini_answer
from support.provider_server import Asked, Reply
from tollbook_producers import usage_context
from unit.producers.gemini_http.conftest import Use, World
from unit.producers.gemini_http.surfaces import MODEL, generate, generate_stream, interact, interact_stream


def get_weather(city: str) -> str:
    """Weather of a city."""
    return f"sunny in {city}"


async def get_weather_later(city: str) -> str:
    """Weather of a city."""
    return f"sunny in {city}"


get_weather_later.__name__ = "get_weather"


def config(api: Any) -> types.GenerateContentConfig:
    """Only the asynchronous client calls asynchronous functions."""
    is_async = hasattr(api, "live")
    return types.GenerateContentConfig(tools=[get_weather_later if is_async else get_weather])


async def unary(api: Any) -> Any:
    return (await done(api.models.generate_content(model=MODEL, contents="hello", config=config(api)))).text


async def stream(api: Any) -> Any:
    chunks = await done(api.models.generate_content_stream(model=MODEL, contents="hello", config=config(api)))
    return [chunk.text for chunk in await everything(chunks)][-1]


async def chat(api: Any) -> Any:
    return (await done(api.chats.create(model=MODEL, config=config(api)).send_message("hello"))).text


async def chat_stream(api: Any) -> Any:
    chunks = await done(api.chats.create(model=MODEL, config=config(api)).send_message_stream("hello"))
    return [chunk.text for chunk in await everything(chunks)][-1]


FUNCTIONS = pytest.mark.parametrize("use", [unary, stream, chat, chat_stream])


def three_hops(world: World) -> None:
    def reply(asked: Asked) -> Reply:
        answer = hop(len(world.server.asked) - 1)
        return streamed([answer]) if streams(asked) else Reply(answer)

    world.server.reply = reply


@FUNCTIONS
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_each_hop_of_function_calling_is_a_call(world: World, use: Use) -> None:
    three_hops(world)
    assert world.run(use) == "ok"
    assert [event.total_tokens for event in world.events] == [hop["totalTokenCount"] for hop in HOPS]
    assert [sum(getattr(event, name) for event in world.events) for name in ("prompt_tokens", "completion_tokens")] == [
        130,
        18,
    ]
    assert len({event.operation_id for event in world.events}) == 1
    assert world.events[0].operation_id is not None


@FUNCTIONS
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_given_operation_id_is_kept(world: World, use: Use) -> None:
    three_hops(world)
    with usage_context(operation_id="refresh-1"):
        world.run(use)
    assert [event.operation_id for event in world.events] == ["refresh-1"] * 3


def test_each_message_of_a_chat_is_an_operation(world: World) -> None:
    async def use(api: Any) -> None:
        conversation = api.chats.create(model=MODEL, config=config(api))
        for _ in range(2):
            await done(conversation.send_message("hello"))
        assert len(conversation.get_history()) == 4

    world.server.reply = lambda _: Reply(gemini_answer())
    world.run(use)
    assert len({event.operation_id for event in world.events}) == len(world.events) == 2


def test_functions_that_fail_leave_their_hop(world: World) -> None:
    def get_weather(city: str) -> str:
        """Weather of a city."""
        raise RuntimeError(city)

    async def use(api: Any) -> Any:
        configured = types.GenerateContentConfig(tools=[get_weather])
        return await done(api.models.generate_content(model=MODEL, contents="hello", config=configured))

    three_hops(world)
    world.run(use)
    assert [event.total_tokens for event in world.events] == [16, 26, 106]


def test_a_tracked_call_inside_a_function_is_no_hop(world: World) -> None:
    """A call of its own, with its own operation or none."""

    async def use(api: Any) -> None:
        if not hasattr(api, "live"):

            def get_weather(city: str) -> str:
                """Weather of a city."""
                return str(api.models.embed_content(model="e", contents=city).embeddings)

            configured = types.GenerateContentConfig(tools=[get_weather])
            api.models.generate_content(model=MODEL, contents="hello", config=configured)

    if world.kind != "sync":
        pytest.skip("the same code")
    answers = iter([hop(0), {"embeddings": [{"values": [0.5]}]}, hop(2)])
    world.server.reply = lambda _: Reply(next(answers))
    world.run(use)
    assert [event.operation_id is None for event in world.events] == [False, True, False]


@pytest.mark.parametrize("use", [generate, generate_stream])
def test_continuations_are_calls(world: World, use: Use) -> None:
    pytest.importorskip("google.genai._interactions_continuation")

    def reply(asked: Asked) -> Reply:
        answer = gemini_answer()
        if len(world.server.asked) == 1:
            answer["candidates"][0] |= {"finishReason": "CONTINUATION", "continuationToken": "dG9rZW4="}
        return streamed([answer]) if streams(asked) else Reply(answer)

    world.server.reply = reply
    world.run(use)
    assert len(world.events) == len(world.server.asked) == 2
    assert [event.total_tokens for event in world.events] == [281, 281]
    assert world.events[0].operation_id == world.events[1].operation_id is not None


@pytest.mark.parametrize("use", [interact, interact_stream])
def test_continued_interactions_are_calls(world: World, use: Use) -> None:
    pytest.importorskip("google.genai._interactions_continuation")

    def reply(asked: Asked) -> Reply:
        number = len(world.server.asked)
        more: dict[str, Any] = {"id": f"int_hop_{world.kind}_{use.__name__}_{number}"}
        if number == 1:
            more |= {"status": "requires_continuation", "continuation_token": "t"}
        if streams(asked):
            return streamed(interaction_events(INTERACTION_USAGE, **more))
        return Reply(interaction(INTERACTION_USAGE, **more))

    world.server.reply = reply
    world.run(use)
    assert [event.total_tokens for event in world.events] == [1373, 1373]
    assert world.events[0].operation_id == world.events[1].operation_id is not None
