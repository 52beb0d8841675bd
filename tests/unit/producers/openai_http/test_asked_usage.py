"""Usage is asked for where the caller did not say, and what came only because of that is kept from the caller."""

import zlib
from typing import Any

import pytest

from support.both import done, everything, opened
from support.openai_streams import DONE, asked_for_usage, chat_chunk, chat_chunks, event, sse, usage_chunk
from support.provider_answers import XAI_USAGE
from support.provider_server import Asked, Reply
from tollbook_schemas import LLMUsageStatus
from unit.producers.openai_http.conftest import World
from unit.producers.openai_http.streams import CHAT, STREAMS
from unit.producers.openai_http.surfaces import MESSAGES

ARGUMENTS = CHAT.arguments
MODERATION = {**usage_chunk(None), "moderation": {"flagged": False}}


async def items(client: Any, **more: Any) -> list[Any]:
    return await everything(await done(client.chat.completions.create(**{**ARGUMENTS, **more})))


@pytest.mark.parametrize("given", [None, {"include_obfuscation": False}])
def test_the_callers_options_are_completed_and_not_changed(world: World, given: Any) -> None:
    world.server.reply = CHAT.reply
    mine = None if given is None else dict(given)
    chunks = world.run(lambda client: items(client, stream_options=mine))
    assert world.server.asked[0].body["stream_options"] == {**(given or {}), "include_usage": True}
    assert mine == given
    assert len(chunks) == len(chat_chunks())
    assert world.event.prompt_tokens == 16


def test_an_extra_body_is_completed_and_not_changed(world: World) -> None:
    world.server.reply = CHAT.reply
    mine: dict[str, Any] = {"stream_options": {"include_obfuscation": False}, "seed": 1}
    world.run(lambda client: items(client, extra_body=mine))
    assert mine == {"stream_options": {"include_obfuscation": False}, "seed": 1}
    assert asked_for_usage(world.server.asked[0].body)
    assert world.server.asked[0].body["seed"] == 1
    assert world.event.prompt_tokens == 16


def test_who_asks_sees_the_chunk(world: World) -> None:
    world.server.reply = CHAT.reply
    chunks = world.run(lambda client: items(client, stream_options={"include_usage": True}))
    assert (chunks[-1].choices, chunks[-1].usage.prompt_tokens) == ([], 16)
    assert world.event.prompt_tokens == 16


@pytest.mark.parametrize(
    ("options", "tracking"), [({"stream_options": {"include_usage": False}}, {}), ({}, {"ask_usage": False})]
)
def test_whoever_says_no_is_not_asked_for(world: World, options: Any, tracking: Any) -> None:
    world.server.reply = CHAT.reply
    chunks = world.run(lambda client: items(client, **options), **tracking)
    assert not asked_for_usage(world.server.asked[0].body)
    assert len(chunks) == len(chat_chunks())
    assert (world.event.status, world.event.flags) == (LLMUsageStatus.MISSING_USAGE, ())


def test_only_streams_of_completions_are_asked_for_usage(world: World) -> None:
    for stream in STREAMS:
        world.server.reply = stream.reply
        world.run(stream.use)
    asked = [asked_for_usage(request.body) for request in world.server.asked]
    assert asked == [stream.usage is not None for stream in STREAMS]


def test_usage_is_not_always_last(world: World) -> None:
    world.server.reply = lambda _: Reply(chunks=sse([*chat_chunks(), usage_chunk(), MODERATION]))
    chunks = world.run(items)
    assert [chunk.choices for chunk in chunks[-2:]] == [chunks[-2].choices, []]
    assert chunks[-1].usage is None
    assert (world.event.status, world.event.prompt_tokens) == (LLMUsageStatus.SUCCESS, 16)


def test_running_totals_are_not_summed_nor_hidden(world: World) -> None:
    growing = [{**XAI_USAGE, "total_tokens": total} for total in (13, 100, 241)]
    chunks = [chat_chunk({"content": "x"}, usage=usage) for usage in growing]
    world.server.reply = lambda _: Reply(chunks=sse([*chunks, chat_chunk({}, "stop")]))
    seen = world.run(items, provider="xai")
    assert len(seen) == 4
    event = world.event
    assert (event.provider, event.completion_tokens, str(event.provider_cost_usd)) == ("xai", 229, "0.0001176500")


@pytest.mark.parametrize("size", [1, 7, 100, 10**6])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_hidden_however_the_bytes_are_cut(world: World, size: int, newline: bytes) -> None:
    shown = sse(chat_chunks(), done=False)
    whole = b"".join([*shown, event(usage_chunk()), DONE]).replace(b"\n", newline)
    world.server.reply = lambda _: Reply(chunks=[whole[at : at + size] for at in range(0, len(whole), size)])

    async def use(client: Any) -> bytes:
        create = client.chat.completions.with_streaming_response.create
        async with opened(create(**ARGUMENTS)) as response:
            return b"".join(await everything(response.iter_bytes()))

    assert world.run(use) == b"".join([*shown, DONE]).replace(b"\n", newline)
    assert world.event.prompt_tokens == 16


def test_hidden_in_a_compressed_stream(world: World) -> None:
    world.server.reply = compressed
    assert world.run(items) == world.untracked(items)
    assert world.event.prompt_tokens == 16


def compressed(asked: Asked) -> Reply:
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(piece) for piece in CHAT.reply(asked).chunks or ()] + [packer.flush()]
    return Reply(chunks=[piece for piece in pieces if piece], headers={"content-encoding": "gzip"})


def test_a_compressed_answer_stays_compressed(world: World) -> None:
    packed = zlib.compress(b'{"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 5}}', wbits=31)
    world.server.reply = lambda _: Reply(packed, headers={"content-encoding": "gzip"})

    async def use(client: Any) -> tuple[bytes, str]:
        create = client.embeddings.with_streaming_response.create
        async with opened(create(model="m", input="x", encoding_format="float")) as response:
            http = response.http_response
            raw = await everything(
                http.aiter_raw() if hasattr(response, "__aiter__") or is_async(http) else http.iter_raw()
            )
            return b"".join(raw), response.headers["content-encoding"]

    assert world.run(use) == (packed, "gzip")
    assert world.event.prompt_tokens == 5


def is_async(response: Any) -> bool:
    return any(kind.__name__ == "AsyncByteStream" for kind in type(response.stream).__mro__)


def test_messages_stay_as_they_are(world: World) -> None:
    world.server.reply = CHAT.reply
    world.run(items)
    assert world.server.asked[0].body["messages"] == MESSAGES
