"""On request a session leaves one event for each response."""

import pytest
from websockets.exceptions import ConnectionClosedError

from support.provider_events import EventList
from support.realtime_server import Peer
from tollbook_schemas import LLMUsageStatus
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import Kind, resource, talk
from unit.producers.realtime.messages import response_created, response_done, session_created, transcribed, usage


def test_one_event_a_response(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(session_created(), response_created("resp_1"), response_done("resp_1", usage()))
        peer.say(transcribed("i1"), response_done("resp_2", usage(text=1), "cancelled"), response_done("resp_3", None))

    with talk(kind, resource(kind, serve(script).url, per_response=True)) as conversation:
        conversation.read_all()
    first, transcription, second, third = events
    assert [event.request_id for event in (first, second, third)] == ["resp_1", "resp_2", "resp_3"]
    assert [event.total_tokens for event in (first, second, third)] == [65, 56, None]
    assert (first.aggregate, first.call_count, first.response_model) == (False, 1, "gpt-realtime-2026-01-01")
    assert (first.latency_ms is not None, second.latency_ms) == (True, None)
    assert (third.status, transcription.use_case) == (LLMUsageStatus.MISSING_USAGE, "alvia_transcription")


def test_a_response_cut_off_by_the_network(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(response_done("resp_1", usage()), response_created("resp_2"))
        peer.close(1011)

    realtime = resource(kind, serve(script).url, per_response=True)
    with talk(kind, realtime) as conversation, pytest.raises(ConnectionClosedError):
        conversation.read_all()
    first, second = events
    assert (first.status, second.status) == (LLMUsageStatus.SUCCESS, LLMUsageStatus.ERROR)
    assert (second.error_type, second.request_id) == ("websocket_1011", "resp_2")


def test_a_response_cut_off_by_the_caller(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(response_created("resp_1"))
        peer.wait_for_close()

    with talk(kind, resource(kind, serve(script).url, per_response=True)) as conversation:
        conversation.read()
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "cancelled")
    assert events.only.flags == ("closed_early", "responses_unfinished")


def test_a_response_that_the_provider_never_ended(events: EventList, serve: Serve, kind: Kind) -> None:
    server = serve(lambda peer: peer.say(response_created("resp_1")))
    with talk(kind, resource(kind, server.url, per_response=True)) as conversation:
        conversation.read_all()
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.MISSING_USAGE, None)
    assert "truncated" in events.only.flags


def test_a_session_without_responses_leaves_nothing(events: EventList, serve: Serve, kind: Kind) -> None:
    server = serve(lambda peer: peer.say(session_created()))
    with talk(kind, resource(kind, server.url, per_response=True)) as conversation:
        conversation.read_all()
    assert not events


@pytest.mark.parametrize("code", [1011, 1006])
def test_a_session_that_fails_before_any_response_leaves_one(
    events: EventList, serve: Serve, kind: Kind, code: int
) -> None:
    def script(peer: Peer) -> None:
        peer.say(session_created())
        if code == 1006:
            peer.cut()
        else:
            peer.close(code)

    realtime = resource(kind, serve(script).url, per_response=True)
    with talk(kind, realtime) as conversation, pytest.raises(ConnectionClosedError):
        conversation.read_all()
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, f"websocket_{code}")
    assert events.only.request_id == "sess_1"
