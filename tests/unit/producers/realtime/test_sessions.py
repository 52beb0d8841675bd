"""A session over a real websocket leaves one event, the sum of its responses."""

import threading

import pytest

from support.provider_events import EventList
from support.realtime_server import Peer
from tollbook_producers import tracked_call, usage_context
from tollbook_schemas import LLMUsageStatus
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import MODEL, Kind, resource, talk
from unit.producers.realtime.messages import (
    audio_delta,
    response_created,
    response_done,
    session_created,
    usage,
    xai_done,
)


def two_responses(peer: Peer) -> None:
    peer.say(session_created())
    peer.say(response_created("resp_1"), audio_delta(), response_done("resp_1", usage()))
    peer.say(response_created("resp_2"), response_done("resp_2", usage(text=1, audio=2, cached=1), "cancelled"))


def test_one_event_is_the_exact_sum(events: EventList, serve: Serve, kind: Kind) -> None:
    server = serve(two_responses)
    with talk(kind, resource(kind, server.url, session_id="s1")) as conversation:
        kinds = [event.type for event in conversation.read_all()]
    assert kinds.count("response.done") == 2
    event = events.only
    assert (event.status, event.error_type, event.use_case) == (LLMUsageStatus.SUCCESS, None, "alvia_realtime")
    assert (event.prompt_tokens, event.completion_tokens, event.total_tokens) == (33, 70, 103)
    assert (event.input_audio_tokens, event.output_audio_tokens, event.cached_prompt_tokens) == (22, 60, 5)
    assert (event.call_count, event.aggregate, event.flags) == (2, True, ())
    assert (event.model, event.response_model, event.request_id) == (MODEL, "gpt-realtime-2026-01-01", "sess_1")
    assert (event.provider, event.session_id, event.raw_usage) == ("openai", "s1", None)
    assert event.latency_ms is not None


def test_the_caller_closes(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(session_created(), response_created("resp_1"), response_done("resp_1", usage()))
        peer.wait_for_close()

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        for _ in range(3):
            conversation.read()
        assert not events
        conversation.close()
        assert events.only.status is LLMUsageStatus.SUCCESS
    assert (events.only.call_count, events.only.total_tokens) == (1, 65)
    assert events.only.raw_usage is not None


def test_what_arrived_but_was_never_read_is_counted(events: EventList, serve: Serve, kind: Kind) -> None:
    said = threading.Event()

    def script(peer: Peer) -> None:
        two_responses(peer)
        said.set()
        peer.wait_for_close()

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read()
        assert said.wait(10)
        conversation.close()
        assert [event.type for event in conversation.read_all()][-1] == "response.done"
    assert (events.only.call_count, events.only.total_tokens) == (2, 103)


def test_no_response_at_all(events: EventList, serve: Serve, kind: Kind) -> None:
    with talk(kind, resource(kind, serve(lambda peer: peer.say(session_created())).url)) as conversation:
        conversation.read_all()
    event = events.only
    assert (event.status, event.call_count, event.flags) == (LLMUsageStatus.MISSING_USAGE, 1, ("no_responses",))


def test_responses_without_usage(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(response_done("resp_1", None), response_done("resp_2", {}), response_done("resp_2", usage()))

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read_all()
    event = events.only
    assert (event.status, event.call_count, event.prompt_tokens) == (LLMUsageStatus.MISSING_USAGE, 2, None)
    assert event.flags == ("responses_without_usage",)


def test_some_responses_without_usage(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(response_created("resp_1"), response_done("resp_2", usage()), response_done("resp_3", None))

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read_all()
    event = events.only
    assert (event.status, event.call_count, event.prompt_tokens) == (LLMUsageStatus.SUCCESS, 3, 30)
    assert event.flags == ("responses_unfinished", "responses_without_usage")


def test_a_failed_response_adds_its_usage(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        failed = response_done("resp_1", usage(), "failed")
        failed["response"]["status_details"] = {"type": "failed", "error": {"type": "server_error"}}
        peer.say(failed, response_done("resp_2", usage()))

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read_all()
    assert (events.only.status, events.only.total_tokens) == (LLMUsageStatus.SUCCESS, 130)
    assert events.only.flags == ("responses_failed",)


def test_only_a_failed_response(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        failed = response_done("resp_1", None, "failed")
        failed["response"]["status_details"] = {"error": {"type": "insufficient_quota", "message": "a sentence"}}
        peer.say(failed)

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read_all()
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "insufficient_quota")


def test_xai_reports_on_the_event(events: EventList, serve: Serve, kind: Kind) -> None:
    told = usage(text=10, audio=146, out_text=15, out_audio=170, cached=0) | {"billable_audio_seconds": 5.25}
    server = serve(lambda peer: peer.say(xai_done("r1", told), xai_done("r2", told), xai_done("r3", None)))
    with talk(kind, resource(kind, server.url, provider="xai")) as conversation:
        conversation.read_all()
    event = events.only
    assert (event.provider, event.prompt_tokens, event.completion_tokens) == ("xai", 312, 370)
    assert (str(event.billable_audio_seconds), event.call_count) == ("10.500", 3)
    assert event.flags == ("responses_without_usage",)


def test_the_beta_resource(events: EventList, serve: Serve, kind: Kind) -> None:
    with talk(kind, resource(kind, serve(two_responses).url, beta=True)) as conversation:
        conversation.read_all()
    assert (events.only.call_count, events.only.total_tokens) == (2, 103)


def test_attribution_of_the_moment_of_connecting(events: EventList, serve: Serve, kind: Kind) -> None:
    realtime = resource(kind, serve(two_responses).url, workspace_id="w1", project_id="p1")
    with usage_context(project_id="p2", session_id="s2"), talk(kind, realtime) as conversation:
        conversation.read_all()
    assert (events.only.workspace_id, events.only.project_id, events.only.session_id) == ("w1", "p2", "s2")


def test_inside_a_tracked_call_the_call_leaves_the_event(events: EventList, serve: Serve, kind: Kind) -> None:
    realtime = resource(kind, serve(two_responses).url)

    def session() -> int:
        with talk(kind, realtime) as conversation:
            return len(conversation.read_all())

    assert tracked_call(session, provider="openai", model="m") == 6
    assert (events.only.model, events.only.status) == ("m", LLMUsageStatus.MISSING_USAGE)


def test_switched_off(events: EventList, serve: Serve, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_USAGE_TRACKING_ENABLED", "false")
    with talk(kind, resource(kind, serve(two_responses).url)) as conversation:
        assert len(conversation.read_all()) == 6
    assert not events
