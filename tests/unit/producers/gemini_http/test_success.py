"""Every surface leaves one complete event, and its caller gets what it gets without tracking."""

import pytest

from support.provider_server import Reply
from tollbook_schemas import LLMUsageStatus
from unit.producers.gemini_http.conftest import World
from unit.producers.gemini_http.surfaces import EVERY, STREAMS, UNARY, Surface


def by_name(surface: Surface) -> str:
    return surface.name


@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_one_event_says_all(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply()
    world.run(surface.use, client=dict(surface.client), session_id="s", use_case="barbara_analysis")
    event = world.event
    assert (event.status, event.error_type, event.attempts) == (LLMUsageStatus.SUCCESS, None, 1)
    assert (event.provider, event.session_id, event.use_case) == ("gemini", "s", "barbara_analysis")
    assert {name: getattr(event, name) for name in surface.says} == surface.says
    assert event.operation_id is None
    assert len(world.server.asked) == 1
    assert surface.path in world.server.asked[0].path


@pytest.mark.parametrize("surface", EVERY, ids=by_name)
def test_results_are_those_of_an_untracked_client(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply()
    plain = world.untracked(surface.use, **surface.client)
    tracked = world.run(surface.use, client=dict(surface.client))
    assert type(tracked) is type(plain)
    assert dumped(tracked) == dumped(plain)


def dumped(result: object) -> object:
    if isinstance(result, list):
        return [dumped(item) for item in result]
    dump = result.model_dump()  # type: ignore[attr-defined]  # every answer of the SDK is a model
    response = dump.get("sdk_http_response") or {}
    (response.get("headers") or {}).pop("Date", None)
    return dump


@pytest.mark.parametrize("surface", [surface for surface in UNARY if surface.without], ids=by_name)
def test_an_answer_without_usage(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: Reply(surface.without)
    world.run(surface.use, client=dict(surface.client))
    assert world.event.status is LLMUsageStatus.MISSING_USAGE
    assert world.event.prompt_tokens is None


@pytest.mark.parametrize("surface", STREAMS, ids=by_name)
def test_a_stream_measures_its_first_chunk(world: World, surface: Surface) -> None:
    world.server.reply = lambda _: surface.reply()
    world.run(surface.use)
    assert 0 <= (world.event.time_to_first_chunk_ms or 0) <= (world.event.latency_ms or 0)
    assert world.event.time_to_first_chunk_ms is not None
