"""The SDK reconnects by itself where asked to; each connection is a session of the provider, and an event."""

import inspect
import threading
from typing import Any

import pytest
from openai.resources.realtime.realtime import Realtime

from support.provider_events import EventList
from support.realtime_server import Peer
from tollbook_producers import usage_context
from tollbook_schemas import LLMUsageStatus
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import Kind, resource, talk
from unit.producers.realtime.messages import response_done, session_created, usage

pytestmark = pytest.mark.skipif(
    "on_reconnecting" not in inspect.signature(Realtime.connect).parameters, reason="this SDK does not reconnect"
)
OPTIONS: dict[str, Any] = {"on_reconnecting": lambda _: None, "initial_delay": 0.001, "max_retries": 2}


def broken(peer: Peer) -> None:
    peer.say(session_created(), response_done("resp_1", usage()))
    peer.close(1012)


def well(peer: Peer) -> None:
    peer.say(session_created(), response_done("resp_2", usage(text=0, cached=0)))


def test_a_reconnect_is_a_new_session(events: EventList, serve: Serve, kind: Kind) -> None:
    server = serve(broken, well)
    with talk(kind, resource(kind, server.url), **OPTIONS) as conversation:
        assert len(conversation.read_all()) == 4
    first, second = events
    assert (first.status, first.error_type, first.total_tokens) == (LLMUsageStatus.ERROR, "websocket_1012", 65)
    assert (second.status, second.error_type, second.total_tokens) == (LLMUsageStatus.SUCCESS, None, 55)
    assert len(server.paths) == 2


def test_a_reconnect_that_fails_adds_nothing(events: EventList, serve: Serve, kind: Kind) -> None:
    server = serve(broken)

    def stop_serving(_: object) -> None:
        server.scripts.clear()

    options = {**OPTIONS, "on_reconnecting": stop_serving}
    with talk(kind, resource(kind, server.url), **options) as conversation, pytest.raises(Exception, match="1012"):
        conversation.read_all()
    assert (events.only.error_type, events.only.total_tokens) == ("websocket_1012", 65)


def test_it_belongs_where_the_first_session_began(events: EventList, serve: Serve) -> None:
    realtime = resource("sync", serve(broken, well).url)
    with usage_context(project_id="p1"):
        connection = realtime.connect(model="m", **OPTIONS).enter()
    reader = threading.Thread(target=lambda: [event.type for event in connection])
    reader.start()
    reader.join(10)
    assert [event.project_id for event in events] == ["p1", "p1"]
