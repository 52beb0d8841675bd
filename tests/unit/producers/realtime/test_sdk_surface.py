"""The SDK's own types, methods and results; and the private names of the SDK that we rely on."""

import inspect
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.resources.beta.realtime import realtime as beta
from openai.resources.realtime import realtime as current

from support.provider_events import EventList
from support.realtime_server import Peer
from tollbook_producers.attribution import NOTHING
from tollbook_producers.realtime.openai_realtime import tracked_beta, tracked_realtime
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import Kind, resource, talk
from unit.producers.realtime.messages import response_done, session_created, usage

MODULES = [current, beta]


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("prefix", ["", "Async"])
def test_private_names_of_the_sdk(module: Any, prefix: str) -> None:
    """Fails when an SDK renames what is hooked: see realtime/openai_realtime.py."""
    connection = getattr(module, f"{prefix}RealtimeConnection")
    manager = getattr(module, f"{prefix}RealtimeConnectionManager")
    ins_and_outs = ("__aenter__", "__aexit__") if prefix else ("__enter__", "__exit__")
    assert all(hasattr(manager, name) for name in (*ins_and_outs, "enter"))
    instance = connection("a websocket")
    assert instance._connection == "a websocket"
    can_reconnect = "make_ws" in inspect.signature(connection).parameters
    assert not can_reconnect or connection("a websocket", make_ws=print)._make_ws is print
    source = inspect.getsource(module)
    assert ".recv(" in source or "_recv_bytes(self._connection)" in source


def test_types_stay_the_sdks_own(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(session_created())
        assert peer.hear()["type"] == "input_audio_buffer.commit"
        peer.say(response_done("resp_1", usage()))

    prefix = "" if kind == "sync" else "Async"
    realtime = resource(kind, serve(script).url)
    assert isinstance(realtime, getattr(current, f"{prefix}Realtime"))
    assert type(realtime).__name__ == f"{prefix}Realtime"
    assert isinstance(realtime.connect(model="m"), getattr(current, f"{prefix}RealtimeConnectionManager"))
    with talk(kind, realtime) as conversation:
        connection = conversation.connection
        assert type(connection) is getattr(current, f"{prefix}RealtimeConnection")
        raw = conversation.run(connection.recv_bytes())
        assert isinstance(raw, bytes)
        assert connection.parse_event(raw).session.id == "sess_1"
        conversation.run(connection.input_audio_buffer.commit())
        assert conversation.read().response.usage.total_tokens == 65
    assert connection._connection.close_code == 1000


def test_the_given_resource_is_left_alone() -> None:
    client = OpenAI(api_key="none")
    tracked = tracked_realtime(client.realtime, "openai", NOTHING, per_response=False)
    assert tracked is not client.realtime
    assert "_tollbook" not in str(client.realtime.__dict__)
    assert not hasattr(client.realtime.connect(model="m"), "_tollbook")


def test_a_beta_resource_keeps_its_other_members() -> None:
    client = AsyncOpenAI(api_key="none")
    tracked = tracked_beta(client.beta, "openai", NOTHING, per_response=False)
    assert type(tracked) is type(client.beta)
    assert getattr(tracked.realtime, "_tollbook_tracked", False)
    assert not hasattr(client.beta.realtime, "_tollbook_tracked")
    assert tracked.assistants._client is client


def test_a_tracked_resource_can_be_wrapped_again() -> None:
    once = tracked_realtime(OpenAI(api_key="none").realtime, "openai", NOTHING, per_response=False)
    twice = tracked_realtime(once, "xai", NOTHING, per_response=False)
    assert type(twice) is type(once)
