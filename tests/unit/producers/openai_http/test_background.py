"""Responses in the background and batches: their usage is seen by whoever looks, and counted once."""

from typing import Any

import pytest

from support.both import done, each, everything
from support.openai_answers import batch_answer, response_answer, response_events
from support.openai_streams import sse
from support.provider_server import Asked, Reply
from tollbook_producers.wrap_openai import background
from tollbook_schemas import UsageEvent, derived_event_id, encode_event
from unit.producers.openai_http.conftest import World

CREATED, COMPLETED = 1770933900, 1770934000
QUEUED = response_answer(None, "queued", background=True, created_at=CREATED)
FINISHED = response_answer(background=True, created_at=CREATED, completed_at=COMPLETED)
RESPONSE_ID = derived_event_id(COMPLETED * 1000, "openai", "resp_1")


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    another_process(monkeypatch)


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered."""
    monkeypatch.setattr("tollbook_producers.wrap_openai.outcomes.open_responses", background.OpenResponses())


def polled(statuses: list[dict[str, Any]]) -> Any:
    answers = iter(statuses)
    return lambda _: Reply(next(answers), headers={"x-request-id": "req_1"})


async def create(client: Any) -> Any:
    return await done(client.responses.create(model="gpt-5", input="x", background=True))


async def poll(client: Any, times: int = 1) -> None:
    for _ in range(times):
        await done(client.responses.retrieve("resp_1"))


def test_one_call_however_often_it_is_polled(world: World) -> None:
    world.server.reply = polled([QUEUED, QUEUED, FINISHED, FINISHED])

    async def use(client: Any) -> None:
        await create(client)
        await poll(client, 3)

    world.run(use, project_id="p")
    event = world.event
    assert (event.status.value, event.call_count, event.prompt_tokens) == ("success", 1, 3737)
    assert (event.id, event.source_id, event.project_id) == (RESPONSE_ID, "resp_1", "p")
    assert (event.latency_ms, event.attempts, event.request_id) == (None, None, "resp_1")


def test_workers_that_see_the_same_leave_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.server.reply = polled([QUEUED, FINISHED, FINISHED, FINISHED])

    async def use(client: Any) -> None:
        await create(client)
        await poll(client)

    world.run(use, project_id="p")
    for _ in range(2):
        another_process(monkeypatch)
        world.run(poll, project_id="p")
    assert len(world.events) == 3
    assert len({encode_event(event) for event in world.events}) == 1


def test_a_creation_that_fails_is_its_own_event(world: World) -> None:
    world.server.reply = lambda _: Reply({"error": {"message": "no"}}, status=400)
    with pytest.raises(Exception, match="no"):
        world.run(create)
    assert (world.event.error_type, world.event.source_id) == ("http_400", None)


def test_answered_at_once(world: World) -> None:
    world.server.reply = polled([FINISHED, FINISHED])

    async def use(client: Any) -> None:
        await create(client)
        await poll(client)

    world.run(use)
    assert world.event.id == RESPONSE_ID


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_seen_to_fail(world: World, status: str) -> None:
    world.server.reply = polled([QUEUED, {**FINISHED, "status": status}])

    async def use(client: Any) -> None:
        await create(client)
        await (done(client.responses.cancel("resp_1")) if status == "cancelled" else poll(client))

    world.run(use)
    assert (world.event.status.value, world.event.prompt_tokens) == ("error", 3737)


def test_a_stream_left_early_goes_on_elsewhere(world: World) -> None:
    events = response_events(background=True, created_at=CREATED)
    events[-1]["response"] = FINISHED

    def reply(asked: Asked) -> Reply:
        if asked.method == "POST":
            return Reply(chunks=sse(events[:2], done=False), manner="stall")
        return Reply(chunks=sse(events[2:], done=False))

    world.server.reply = reply

    async def use(client: Any) -> None:
        stream = await done(client.responses.create(model="gpt-5", input="x", background=True, stream=True))
        async for _ in each(stream):
            break
        await done(stream.close())
        assert world.events == []
        await everything(await done(client.responses.retrieve("resp_1", stream=True, starting_after=1)))

    world.run(use)
    assert (world.event.id, world.event.status.value) == (RESPONSE_ID, "success")


def test_beyond_the_bound_the_oldest_is_missing_its_usage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "MAX_OPEN", 1)
    world.server.reply = polled([QUEUED, {**QUEUED, "id": "resp_2"}])

    async def use(client: Any) -> None:
        await create(client)
        await create(client)

    world.run(use)
    assert (world.event.status.value, world.event.flags) == ("missing_usage", ("background",))


def test_looking_at_an_ordinary_response_counts_nothing(world: World) -> None:
    world.server.reply = lambda _: Reply(response_answer())
    world.run(poll)
    assert world.events == []


def batch_event(event: UsageEvent) -> tuple[object, ...]:
    return event.id, event.source_id, event.call_count, event.batch, event.aggregate, event.prompt_tokens, event.model


BATCH = (
    derived_event_id(1770933900_000, "openai", "batch_1"),
    "batch_1",
    95,
    True,
    True,
    1500,
    "gpt-5-2025-08-07",
)


def test_a_batch_is_one_event_once_it_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.server.reply = polled([batch_answer("validating"), batch_answer("in_progress"), *[batch_answer()] * 3])

    async def use(client: Any) -> None:
        batches = client.batches
        await done(batches.create(input_file_id="f", endpoint="/v1/responses", completion_window="24h"))
        for _ in range(3):
            await done(batches.retrieve("batch_1"))

    world.run(use)
    assert batch_event(world.event) == BATCH
    another_process(monkeypatch)
    world.run(lambda client: done(client.batches.retrieve("batch_1")))
    assert world.events[0] == world.events[1]


def test_a_list_of_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tollbook_producers.wrap_openai.pages.time.time", lambda: COMPLETED)
    old = batch_answer(id="batch_0", completed_at=COMPLETED - 8 * 86400)
    page = {
        "object": "list",
        "data": [batch_answer("in_progress", id="batch_2"), batch_answer(), old],
        "has_more": False,
    }
    world.server.reply = lambda _: Reply(page)

    async def use(client: Any) -> list[Any]:
        return await everything(client.batches.list())

    assert len(world.run(use)) == 3
    assert batch_event(world.event) == BATCH
