"""However a stream ends, it leaves one event with what was known by then."""

import asyncio
import gc
from typing import Any

import pytest

from support.both import done, each
from support.gemini_answers import chunks, streamed
from support.waiting import eventually
from tollbook_schemas import LLMUsageStatus
from unit.producers.gemini_http.conftest import World
from unit.producers.gemini_http.surfaces import GENERATE_STREAM, INTERACT_STREAM, MODEL, Surface


def by_name(surface: Surface) -> str:
    return surface.name


async def opened(api: Any) -> Any:
    return await done(api.models.generate_content_stream(model=MODEL, contents="hello"))


async def close(stream: Any) -> None:
    await stream.aclose() if hasattr(stream, "aclose") else stream.close()


async def take(stream: Any, count: int) -> None:
    async for _ in each(stream):
        count -= 1
        if count == 0:
            return


async def closed_after(api: Any, count: int) -> None:
    stream = await opened(api)
    for _ in range(count):
        await anext(stream) if hasattr(stream, "__anext__") else next(stream)
    await close(stream)


async def abandoned_after_one(api: Any) -> None:
    await take(await opened(api), 1)
    gc.collect()


async def never_read(api: Any) -> None:
    stream = await opened(api)
    del stream
    gc.collect()


def test_closed_early(world: World) -> None:
    world.server.reply = lambda _: GENERATE_STREAM.broken_off("stall", after=2)
    world.run(lambda api: closed_after(api, 1))
    event = world.event
    assert (event.status, event.error_type) == (LLMUsageStatus.ERROR, "cancelled")
    assert ("closed_early" in event.flags, event.prompt_tokens) == (True, 9)


def test_abandoned(world: World) -> None:
    world.server.reply = lambda _: GENERATE_STREAM.broken_off("stall", after=2)
    world.run(abandoned_after_one)
    event = world.event
    assert (event.status, event.error_type, event.flags) == (LLMUsageStatus.ERROR, "cancelled", ("closed_early",))


def test_closed_when_all_was_said(world: World) -> None:
    world.server.reply = lambda _: GENERATE_STREAM.reply()
    world.run(lambda api: closed_after(api, 3))
    assert (world.event.status, world.event.total_tokens) == (LLMUsageStatus.SUCCESS, 281)


def test_a_stream_never_read_asks_nothing(world: World) -> None:
    world.server.reply = lambda _: GENERATE_STREAM.reply()
    world.run(never_read)
    assert (world.events, world.server.asked) == ([], [])


def test_cut_off_by_the_provider(world: World) -> None:
    world.server.reply = lambda _: GENERATE_STREAM.broken_off("cut", after=2)
    with pytest.raises(Exception, match=r".*") as plain:
        world.untracked(GENERATE_STREAM.use)
    with pytest.raises(type(plain.value)):
        world.run(GENERATE_STREAM.use)
    assert (world.event.status, world.event.prompt_tokens) == (LLMUsageStatus.ERROR, 9)


def test_ended_by_the_provider_before_it_was_done(world: World) -> None:
    world.server.reply = lambda _: streamed(chunks(None)[:2])
    world.run(GENERATE_STREAM.use)
    assert (world.event.status, world.event.flags) == (LLMUsageStatus.MISSING_USAGE, ("truncated",))


def test_no_usage_at_all(world: World) -> None:
    world.server.reply = lambda _: streamed(chunks(None))
    world.run(GENERATE_STREAM.use)
    assert (world.event.status, world.event.flags) == (LLMUsageStatus.MISSING_USAGE, ())


def test_an_interaction_closed_early(world: World) -> None:
    async def use(api: Any) -> None:
        stream = await done(api.interactions.create(model=MODEL, input="hello", stream=True))
        await take(stream, 1)
        await done(stream.close())

    world.server.reply = lambda _: INTERACT_STREAM.broken_off("stall", after=2)
    world.run(use)
    event = world.event
    assert (event.status, event.error_type, event.flags) == (LLMUsageStatus.ERROR, "cancelled", ("closed_early",))


def test_an_interaction_without_its_end(world: World) -> None:
    async def use(api: Any) -> None:
        create = api.interactions.create(model=MODEL, input="hello", stream=True, automatic_continuation=False)
        async for _ in each(await done(create)):
            pass

    world.server.reply = lambda _: streamed(list(INTERACT_STREAM.messages[:2]))
    world.run(use)
    assert (world.event.status, world.event.flags) == (LLMUsageStatus.MISSING_USAGE, ("truncated",))


@pytest.mark.parametrize("surface", [GENERATE_STREAM, INTERACT_STREAM], ids=by_name)
def test_a_cancelled_task(world: World, surface: Surface) -> None:
    if world.kind == "sync":
        pytest.skip("a thread cannot be cancelled")

    async def use(api: Any) -> None:
        task = asyncio.ensure_future(surface.use(api))
        await asyncio.to_thread(eventually, lambda: world.server.asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    world.server.reply = lambda _: surface.broken_off("stall", after=1)
    world.run(use)
    assert (world.event.status, world.event.error_type) == (LLMUsageStatus.ERROR, "cancelled")


def test_a_cancelled_unary_call(world: World) -> None:
    if world.kind == "sync":
        pytest.skip("a thread cannot be cancelled")

    async def use(api: Any) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await api.models.generate_content(model=MODEL, contents="hello")

    world.server.reply = lambda _: GENERATE_STREAM.broken_off("stall", after=0)
    world.run(use)
    assert (world.event.status, world.event.error_type) == (LLMUsageStatus.ERROR, "cancelled")
