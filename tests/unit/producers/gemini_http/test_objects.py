"""What is done after the answer that began it: one event, however often and wherever it is looked at."""

from typing import Any
from uuid import uuid4

import pytest
from google.genai import types

from support.both import done, everything
from support.gemini_answers import INTERACTION_USAGE, UPDATED_MS, interaction, interaction_events, streamed
from support.provider_answers import GEMINI_RATE_LIMITED, GEMINI_USAGE, gemini_answer
from support.provider_server import Asked, Reply
from tollbook_producers.wrap_gemini import objects
from tollbook_schemas import LLMUsageStatus
from tollbook_schemas.ids import id_to_ms
from unit.producers.gemini_http.conftest import World
from unit.producers.gemini_http.surfaces import MODEL


@pytest.fixture(autouse=True)
def _nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = objects.Objects()
    monkeypatch.setattr("tollbook_producers.wrap_gemini.endings.objects", fresh)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on it is another process."""
    monkeypatch.setattr("tollbook_producers.wrap_gemini.endings.objects", objects.Objects())


async def begun_and_polled(api: Any) -> None:
    begun = await done(api.interactions.create(model=MODEL, input="hello", background=True))
    for _ in range(3):
        await done(api.interactions.get(begun.id))


def polls(world: World, pending: dict[str, Any], finished: dict[str, Any]) -> None:
    """Pending at first and when first asked, then done."""
    world.server.reply = lambda _: Reply(pending if len(world.server.asked) <= 2 else finished)


def test_a_background_interaction_is_one_call(world: World) -> None:
    polls(world, interaction(status="in_progress"), interaction(INTERACTION_USAGE))
    world.run(begun_and_polled)
    event = world.event
    assert (event.status, event.total_tokens, event.source_id) == (LLMUsageStatus.SUCCESS, 1373, "int_1")
    assert id_to_ms(event.id) == UPDATED_MS
    assert len(world.server.asked) == 4


def test_every_worker_leaves_the_same_event(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(api: Any) -> None:
        await done(api.interactions.get("int_1"))

    polls(world, interaction(status="in_progress"), interaction(INTERACTION_USAGE))
    world.run(begun_and_polled)
    forget(monkeypatch)
    world.run(look)
    assert world.events[0] == world.events[1]


def test_a_background_interaction_that_is_refused(world: World) -> None:
    async def use(api: Any) -> None:
        await done(api.interactions.create(model=MODEL, input="hello", background=True))

    world.server.reply = lambda _: Reply(GEMINI_RATE_LIMITED, status=429)
    retries = types.HttpRetryOptions(attempts=1)
    with pytest.raises(Exception, match="429"):
        world.run(use, client={"retry_options": retries})
    assert (world.event.status, world.event.error_type) == (LLMUsageStatus.ERROR, "http_429")


def test_a_background_stream_that_breaks_off_is_found_later(world: World) -> None:
    async def use(api: Any) -> None:
        create = api.interactions.create(model=MODEL, input="hello", background=True, stream=True)
        stream = await done(create)
        with pytest.raises(Exception):  # noqa: B017, PT011  # of any HTTP library
            await everything(stream)
        assert world.events == []
        await done(api.interactions.get("int_1"))

    def reply(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(interaction(INTERACTION_USAGE))
        return streamed(interaction_events(INTERACTION_USAGE)[:2], "cut")

    world.server.reply = reply
    world.run(use)
    assert (world.event.status, world.event.total_tokens) == (LLMUsageStatus.SUCCESS, 1373)


def test_looking_at_a_call_that_was_counted(world: World) -> None:
    async def use(api: Any) -> None:
        made = await done(api.interactions.create(model=MODEL, input="hello"))
        await done(api.interactions.get(made.id))
        await everything(await done(api.interactions.get(made.id, stream=True)))

    def reply(asked: Asked) -> Reply:
        streams = "stream=true" in asked.path.lower()
        return streamed(interaction_events(INTERACTION_USAGE)) if streams else Reply(interaction(INTERACTION_USAGE))

    world.server.reply = reply
    world.run(use)
    assert (world.event.status, id_to_ms(world.event.id)) == (LLMUsageStatus.SUCCESS, UPDATED_MS)
    assert world.event.latency_ms is not None


def batch(state: str, *usages: object) -> dict[str, Any]:
    """A batch of the Developer API."""
    answers = [{"response": gemini_answer(usage)} for usage in usages]
    metadata = {
        "model": f"models/{MODEL}",
        "state": state,
        "name": "batches/b1",
        "batchStats": {"requestCount": "2"},
        **(
            {"endTime": "2026-07-01T10:00:05Z", "output": {"inlinedResponses": {"inlinedResponses": answers}}}
            if usages
            else {}
        ),
    }
    return {"name": "batches/b1", "metadata": metadata, "done": bool(usages)}


def test_a_batch_is_one_event_for_all_its_requests(world: World) -> None:
    async def use(api: Any) -> None:
        request = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
        made = await done(api.batches.create(model=MODEL, src=[request, request]))
        for _ in range(3):
            await done(api.batches.get(name=made.name))

    pending, finished = batch("BATCH_STATE_RUNNING"), batch("BATCH_STATE_SUCCEEDED", GEMINI_USAGE, GEMINI_USAGE)
    polls(world, pending, finished)
    world.run(use)
    event = world.event
    assert (event.batch, event.aggregate, event.call_count, event.source_id) == (True, True, 2, "batches/b1")
    assert (event.status, event.total_tokens, event.model) == (LLMUsageStatus.SUCCESS, 562, MODEL)
    assert id_to_ms(event.id) == UPDATED_MS


def test_a_video_is_counted_when_it_is_seen_done(world: World) -> None:
    async def use(api: Any) -> None:
        operation = await done(api.models.generate_videos(model="veo-3", source={"prompt": "hello"}))
        assert world.events == []
        for _ in range(3):
            operation = await done(api.operations.get(operation))

    name = f"models/veo-3/operations/{uuid4()}"
    made = {"videos": [{"gcsUri": "gs://a"}]}
    polls(world, {"name": name}, {"name": name, "done": True, "response": made})
    world.run(use, client={"vertexai": True})
    event = world.event
    assert (event.output_images, event.model, event.request_id) == (1, "veo-3", name)
    assert event.attempts == 1


def test_a_video_that_fails(world: World) -> None:
    async def use(api: Any) -> None:
        operation = await done(api.models.generate_videos(model="veo-3", source={"prompt": "hello"}))
        await done(api.operations.get(operation))
        await done(api.operations.get(operation))

    name = f"models/veo-3/operations/{uuid4()}"
    polls(world, {"name": name}, {"name": name, "done": True, "error": {"code": 3, "message": "secret"}})
    world.run(use, client={"vertexai": True})
    assert world.event.status is LLMUsageStatus.ERROR
