"""Voice sessions with markers in every message of both sides: none of it in any event or log."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from google.genai import Client as Gemini
from google.genai.types import HttpOptions
from openai import AsyncOpenAI, OpenAI
from pydantic import ValidationError

from support.privacy_markers import KEY, OUTPUT, PROMPT, SMUGGLING_USAGES, planted, traces_in
from support.provider_events import EventList
from support.realtime_server import Peer, RealtimeServer
from tollbook_producers import configure, track_gemini, track_openai
from tollbook_schemas import encode_event

MODEL = "gpt-realtime"
LIVE_MODEL = "gemini-live-2.5-flash"
HEARD = "conversation.item.input_audio_transcription"
PLACE: dict[str, Any] = {"item_id": "item_1", "content_index": 0}
SESSION = {"type": "realtime", "instructions": PROMPT, "audio": {"input": {"transcription": {"prompt": PROMPT}}}}


@pytest.fixture
def events() -> Iterator[EventList]:
    kept = EventList()
    configure(publisher=kept)
    yield kept
    configure()


def openai_messages(usage: object) -> Iterator[object]:
    """A session in which everything was said; what it used stands or hides in `usage`."""
    response = {"id": "resp_1", "object": "realtime.response", "status": "failed", "output": [{"text": "said"}]}
    details = {"error": {"type": "said", "code": "said", "message": "said"}}
    yield planted({"type": "session.created", "session": {"id": "sess_1", "model": MODEL, "instructions": "said"}})
    yield planted({"type": "response.created", "response": response})
    yield planted({"type": "response.output_audio_transcript.done", "response_id": "resp_1", "transcript": "said"})
    yield {**planted({"type": f"{HEARD}.completed", **PLACE, "transcript": "said"}), "usage": usage}
    yield planted({"type": f"{HEARD}.failed", **PLACE, "item_id": "item_2", **details})
    done = planted({"type": "response.done", "response": {**response, "status_details": details}})
    yield {**done, "response": {**done["response"], "usage": usage}}
    yield planted({"type": "error", **details})


def live_messages(usage: object) -> Iterator[object]:
    """A turn of Gemini Live."""
    content = {"modelTurn": {"role": "model", "parts": [{"text": "said"}]}, "turnComplete": True}
    metadata = {"promptTokenCount": 9, "totalTokenCount": 9, "responseTokensDetails": usage, "x": usage}
    yield {"setupComplete": {}}
    yield {"serverContent": {**content, "outputTranscription": {"text": OUTPUT}}, "usageMetadata": metadata}


def listens(*messages: object) -> RealtimeServer:
    """A server that hears one message and then says these."""

    def script(peer: Peer) -> None:
        peer.hear()
        peer.say(*messages)

    return RealtimeServer(script)


def hold(url: str) -> None:
    with (
        OpenAI(base_url=url, websocket_base_url=url.replace("http", "ws"), api_key=KEY) as plain,
        track_openai(plain).realtime.connect(model=MODEL, extra_headers={"x-note": KEY}) as connection,
    ):
        connection.send({"type": "session.update", "session": SESSION})  # type: ignore[arg-type]  # a plain dict
        assert list(connection)


async def hold_async(url: str) -> None:
    async with AsyncOpenAI(base_url=url, websocket_base_url=url.replace("http", "ws"), api_key=KEY) as plain:
        tracked = track_openai(plain).realtime
        async with tracked.connect(model=MODEL, extra_headers={"x-note": KEY}) as connection:
            await connection.send({"type": "session.update", "session": SESSION})  # type: ignore[arg-type]  # a plain dict
            assert [event async for event in connection]


async def hold_live(url: str) -> None:
    plain = Gemini(api_key=KEY, http_options=HttpOptions(base_url=url))
    plain._api_client._websocket_base_url = lambda *_: url.replace("http", "ws")  # type: ignore[method-assign]
    plain._api_client._websocket_ssl_ctx = {}  # the SDK insists on TLS, which a test can do without
    config: Any = {"system_instruction": PROMPT}
    async with track_gemini(plain).aio.live.connect(model=LIVE_MODEL, config=config) as session:
        with suppress(ValidationError):  # the SDK's own, where usage is no usage
            assert [message async for message in session.receive()]
    plain.close()


@pytest.mark.parametrize("usage", SMUGGLING_USAGES, ids=["text", "list", "object"])
@pytest.mark.parametrize("side", ["openai", "async openai", "gemini live"])
def test_nothing_said_leaks(events: EventList, caplog: pytest.LogCaptureFixture, side: str, usage: object) -> None:
    with (
        caplog.at_level(logging.DEBUG, "tollbook_producers"),
        listens(*(live_messages(usage) if side == "gemini live" else openai_messages(usage))) as server,
    ):
        if side == "openai":
            hold(server.url)
        else:
            asyncio.run((hold_async if side == "async openai" else hold_live)(server.url))
    assert len(events) == (1 if side == "gemini live" else 3)  # the session and both transcriptions
    assert traces_in(part for event in events for part in encode_event(event)) == []
    assert traces_in(repr(record.__dict__).encode() for record in caplog.records if "tollbook" in record.name) == []
