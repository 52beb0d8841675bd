"""Ends of streams that depend on what was said before them."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from support.both import done, each, everything, opened
from support.openai_answers import response_answer
from support.openai_streams import asked_for_usage, chat_chunk, chat_chunks, sse, usage_chunk
from support.provider_answers import XAI_USAGE
from support.provider_server import Asked, Reply
from support.waiting import eventually
from tollbook_producers import abandoned
from unit.producers.openai_http.conftest import World
from unit.producers.openai_http.streams import CHAT
from unit.producers.openai_http.test_streams import ending

PATIENCE = 30.0


async def first(client: Any) -> Any:
    """The first chunk, and the stream."""
    stream = await CHAT.open(client)
    async for _ in each(stream):
        break
    return stream


def stalling(*messages: dict[str, Any]) -> Callable[[Asked], Reply]:
    return lambda _: Reply(chunks=sse(messages, done=False), manner="stall")


def test_closed_after_the_usage_is_a_success(world: World) -> None:
    world.server.reply = stalling(*chat_chunks(()), usage_chunk())

    async def use(client: Any) -> None:
        create = client.chat.completions.create
        arguments = {**CHAT.arguments, "stream_options": {"include_usage": True}}
        async with opened(await done(create(**arguments))) as stream:
            async for chunk in each(stream):
                if chunk.usage:
                    break

    world.run(use)
    assert ending(world.event) == ("success", None, ())


def test_closed_between_the_finish_and_the_usage(world: World) -> None:
    world.server.reply = stalling(*chat_chunks(()))

    async def use(client: Any) -> None:
        async with opened(await CHAT.open(client)) as stream:
            async for chunk in each(stream):
                if chunk.choices[0].finish_reason:
                    break

    world.run(use)
    assert ending(world.event) == ("missing_usage", None, ("closed_early",))


def test_running_totals_of_a_stream_closed_early_are_kept(world: World) -> None:
    world.server.reply = stalling(chat_chunk({"content": "x"}, usage=XAI_USAGE))

    async def use(client: Any) -> None:
        await done((await first(client)).close())

    world.run(use, provider="xai")
    assert ending(world.event) == ("error", "cancelled", ("closed_early",))
    assert world.event.prompt_tokens == 12


def test_an_error_in_a_stream(world: World) -> None:
    broken = {"error": {"message": "too many", "type": "server_error", "code": "rate_limit_exceeded"}}
    world.server.reply = lambda _: Reply(chunks=sse([chat_chunk({"content": "x"}), broken]))
    with pytest.raises(openai.APIError, match="too many"):
        world.run(CHAT.use)
    assert ending(world.event) == ("error", "rate_limit_exceeded", ())


def test_a_response_that_fails(world: World) -> None:
    error = {"code": "server_error", "message": "no"}
    failed = response_answer(None, "failed", error=error)
    world.server.reply = lambda _: Reply(chunks=sse([{"type": "response.failed", "response": failed}], done=False))

    async def use(client: Any) -> list[Any]:
        return await everything(await done(client.responses.create(model="gpt-5", input="x", stream=True)))

    assert len(world.run(use)) == 1
    assert ending(world.event) == ("error", "server_error", ())


def test_an_event_that_is_no_json(world: World) -> None:
    world.server.reply = lambda _: Reply(chunks=[b"data: {nonsense}\n\n", b"data: x\n\n"])
    with pytest.raises(ValueError, match="Expecting"):
        world.run(CHAT.use)
    assert world.event.status.value == "error"


def test_retries_of_a_stream_are_attempts(world: World) -> None:
    def flaky(asked: Asked) -> Reply:
        headers = {"retry-after-ms": "1"}
        return Reply({}, status=500, headers=headers) if len(world.server.asked) < 3 else CHAT.reply(asked)

    world.server.reply = flaky
    world.run(CHAT.use, client={"max_retries": 2})
    assert (ending(world.event), world.event.attempts) == (("success", None, ()), 3)
    assert all(asked_for_usage(asked.body) for asked in world.server.asked)


def test_a_stream_that_nobody_closes(world: World) -> None:
    world.server.reply = stalling(chat_chunk({"content": "x"}))

    async def use(client: Any) -> None:
        await first(client)
        gc.collect()
        await asyncio.sleep(0)

    world.run(use)
    gc.collect()
    abandoned.settle()
    assert eventually(lambda: list(world.events))
    assert ending(world.event) == ("error", "cancelled", ("closed_early",))


def test_a_stream_that_nobody_reads(world: World) -> None:
    world.server.reply = CHAT.reply

    async def use(client: Any) -> None:
        await CHAT.open(client)

    world.run(use)
    gc.collect()
    assert ending(world.event) == ("error", "cancelled", ("closed_early",))


async def cancelled(client: AsyncOpenAI, begun: asyncio.Event) -> None:
    task = asyncio.ensure_future(CHAT.use(client))
    await asyncio.wait_for(begun.wait(), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def timed_out(client: AsyncOpenAI, begun: asyncio.Event) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await CHAT.use(client)


async def waited_for(client: AsyncOpenAI, begun: asyncio.Event) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(CHAT.use(client), 0.2)


@pytest.mark.parametrize("world", [AsyncOpenAI], indirect=True, ids=["async"])
@pytest.mark.parametrize("way", [cancelled, timed_out, waited_for])
@pytest.mark.parametrize("manner", ["stall", "silent"])
def test_cancelled_tasks(world: World, way: Callable[[Any, asyncio.Event], Awaitable[None]], manner: Any) -> None:
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def reply(asked: Asked) -> Reply:
        loop, begun = loops[0]
        loop.call_soon_threadsafe(begun.set)
        return Reply(manner="silent") if manner == "silent" else CHAT.reply(asked, upto=2, manner="stall")

    async def use(client: Any) -> None:
        loops.append((asyncio.get_running_loop(), asyncio.Event()))
        await way(client, loops[0][1])

    world.server.reply = reply
    world.run(use)
    assert world.event.error_type == "cancelled"
    assert (world.event.status.value, world.event.attempts) == ("error", 1)
    assert world.server.client_left.wait(PATIENCE)
