"""A tracked client is the client that was given, but for the events: same types, connections and lifetimes."""

import asyncio
import gc
import inspect
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google import genai
from google.genai.chats import AsyncChat, Chat
from google.genai.live import AsyncLive
from google.genai.models import AsyncModels, Models

from support.both import done
from support.gemini_answers import INTERACTION_USAGE, interaction
from support.provider_answers import gemini_answer
from support.provider_server import Reply
from tollbook_producers import abandoned, track_gemini, tracked_call
from tollbook_producers.process import TRACKING_VARIABLE
from unit.producers.conftest import MakeGemini
from unit.producers.gemini_http.conftest import World
from unit.producers.gemini_http.surfaces import EVERY, GENERATE, MODEL, Surface, generate


def by_name(surface: Surface) -> str:
    return surface.name


def test_types_are_the_sdks_own(make_gemini: MakeGemini) -> None:
    plain = make_gemini()
    tracked = track_gemini(plain)
    assert isinstance(tracked, genai.Client)
    assert type(tracked).__name__ == "Client"
    assert isinstance(tracked.models, Models)
    assert isinstance(tracked.aio.models, AsyncModels)
    assert isinstance(tracked.aio.live, AsyncLive)
    assert isinstance(tracked.chats.create(model=MODEL), Chat)
    assert isinstance(tracked.aio.chats.create(model=MODEL), AsyncChat)
    assert type(tracked.interactions).__name__ == type(plain.interactions).__name__
    assert inspect.signature(tracked.models.generate_content) == inspect.signature(plain.models.generate_content)
    assert inspect.iscoroutinefunction(tracked.aio.models.generate_content_stream)


def test_the_given_client_stays_untracked(events: list[object], server: Any, make_gemini: MakeGemini) -> None:
    plain = make_gemini()
    tracked = track_gemini(plain)
    server.reply = lambda asked: Reply(
        interaction(INTERACTION_USAGE, id="int_plain") if "inter" in asked.path else gemini_answer()
    )
    plain.models.generate_content(model=MODEL, contents="hello")
    plain.interactions.create(model=MODEL, input="hello")
    assert events == []
    tracked.interactions.create(model=MODEL, input="hello")
    plain.interactions.create(model=MODEL, input="hello")
    assert len(events) == 1


@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_tracked_twice_counts_once(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply()

    async def use(api: Any) -> None:
        await surface.use(api)

    world._run(
        lambda plain: track_gemini(track_gemini(plain, project_id="p", session_id="s"), session_id="t"),
        use,
        dict(surface.client),
    )
    assert (world.event.project_id, world.event.session_id) == ("p", "t")


@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_inside_a_tracked_call_nothing_is_left(world: World, surface: Surface, monkeypatch: pytest.MonkeyPatch) -> None:
    world.server.reply = lambda _: surface.reply()
    monkeypatch.setenv(TRACKING_VARIABLE, "true")
    tracked_call(
        lambda: world.run(surface.use, client=dict(surface.client)), provider="mine", model="m", use_case="outside"
    )
    assert (world.event.provider, world.event.use_case) == ("mine", "outside")


@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_switched_off_after_it_was_wrapped(world: World, surface: Surface, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(api: Any) -> None:
        monkeypatch.setenv(TRACKING_VARIABLE, "false")
        await surface.use(api)

    world.server.reply = lambda _: surface.reply()
    world.run(use, client=dict(surface.client))
    abandoned.settle()
    assert world.events == []


def test_what_nobody_bills_for_is_not_tracked(world: World) -> None:
    async def use(api: Any) -> None:
        await done(api.models.count_tokens(model=MODEL, contents="hello"))
        await done(api.models.get(model=MODEL))
        await done(api.caches.get(name="cachedContents/c"))
        await done(api.files.get(name="files/f"))

    world.server.reply = lambda _: Reply({"totalTokens": 3, "name": "models/m"})
    world.run(use)
    assert world.events == []
    assert len(world.server.asked) == 4


def test_each_owner_keeps_the_connections_alive(events: list[object], make_gemini: MakeGemini) -> None:
    models = track_gemini(make_gemini()).models
    gc.collect()
    models.generate_content(model=MODEL, contents="hello")
    assert len(events) == 1


def test_closing_either_closes_both(make_gemini: MakeGemini) -> None:
    plain = make_gemini()
    tracked = track_gemini(plain)
    tracked.close()
    with pytest.raises(RuntimeError, match="closed"):
        plain.models.generate_content(model=MODEL, contents="hello")
    with pytest.raises(RuntimeError, match="closed"):
        tracked.models.generate_content(model=MODEL, contents="hello")


def test_many_at_once(world: World) -> None:
    async def use(api: Any) -> None:
        if world.kind == "sync":
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda _: asyncio.run(generate(api)), range(40)))
        else:
            await asyncio.gather(*(generate(api) for _ in range(40)))

    world.server.reply = lambda _: GENERATE.reply()
    world.run(use)
    assert [event.total_tokens for event in world.events] == [281] * 40
    assert len({event.id for event in world.events}) == 40


def test_answers_can_be_pickled(world: World) -> None:
    """Nothing of ours hangs on to them."""
    world.server.reply = lambda _: GENERATE.reply()
    answer = world.run(GENERATE.use)
    assert pickle.loads(pickle.dumps(answer)) == answer  # noqa: S301
