"""A total deadline is exact however the server dawdles: the SDK's own timeout, the connection closed, one event."""

from collections.abc import Callable

import openai
import pytest

from support.provider_answers import RATE_LIMITED, chat_answer
from support.provider_events import EventList
from support.provider_server import Manner, ProviderServer, Reply
from support.sdk_http import httpx
from tollbook_producers import UnenforceableTimeoutError, track_gemini, track_openai, tracked_call
from tollbook_producers.deadline import deadline_in, remaining, shortened
from tollbook_producers.deadline_network import obey_deadlines
from tollbook_schemas import LLMUsageStatus
from unit.producers import test_gemini_wrapper, test_openai_wrapper
from unit.producers.conftest import MakeGemini, MakeOpenAI

SECONDS = 0.3
PATIENCE = 30.0

DAWDLING = pytest.mark.parametrize("manner", ["silent", "trickle_body", "trickle_headers"])


def check(events: EventList, server: ProviderServer) -> None:
    """The trickles never end by themselves: without a deadline the call would not have come back."""
    event = events.only
    assert (event.status, event.error_type) == (LLMUsageStatus.TIMEOUT, "timeout")
    assert (event.latency_ms or 0) >= SECONDS * 1000
    assert len(server.asked) == 1
    assert server.client_left.wait(PATIENCE)


@DAWDLING
@pytest.mark.parametrize("max_retries", [0, 2])
def test_openai(
    events: EventList, server: ProviderServer, make_openai: MakeOpenAI, manner: Manner, max_retries: int
) -> None:
    server.reply = lambda _: Reply(manner=manner)
    client = track_openai(make_openai(max_retries=max_retries), timeout=SECONDS)
    with pytest.raises(openai.APITimeoutError):
        test_openai_wrapper.ask(client)
    assert events.only.attempts == 1
    check(events, server)


@DAWDLING
def test_gemini(events: EventList, server: ProviderServer, make_gemini: MakeGemini, manner: Manner) -> None:
    server.reply = lambda _: Reply(manner=manner)
    with pytest.raises(httpx.ReadTimeout):
        test_gemini_wrapper.ask(track_gemini(make_gemini(), timeout=SECONDS))
    check(events, server)


@DAWDLING
def test_tracked_call(events: EventList, server: ProviderServer, manner: Manner) -> None:
    server.reply = lambda _: Reply(manner=manner)
    with httpx.Client() as client, pytest.raises(httpx.ReadTimeout):
        tracked_call(
            lambda: client.post(server.url, json={}), provider="other", model="m", timeout=SECONDS, client=client
        )
    check(events, server)


def test_a_kept_connection_obeys_too(events: EventList, server: ProviderServer, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai(), timeout=SECONDS)
    test_openai_wrapper.ask(client)
    server.reply = lambda _: Reply(manner="trickle_headers")
    with pytest.raises(openai.APITimeoutError):
        test_openai_wrapper.ask(client)
    assert server.client_left.wait(PATIENCE)
    server.reply = lambda _: Reply(chat_answer())
    test_openai_wrapper.ask(client)
    assert [event.status.value for event in events] == ["success", "timeout", "success"]


def test_a_pause_between_retries_ends_at_the_deadline(
    events: EventList, server: ProviderServer, make_openai: MakeOpenAI
) -> None:
    server.reply = lambda _: Reply(RATE_LIMITED, status=429, headers={"retry-after": "100"})
    with pytest.raises(openai.APITimeoutError):
        test_openai_wrapper.ask(track_openai(make_openai(max_retries=2), timeout=SECONDS))
    assert (events.only.status, events.only.attempts) == (LLMUsageStatus.TIMEOUT, 1)


def test_without_a_deadline_an_armed_client_is_as_before(server: ProviderServer) -> None:
    with httpx.Client() as client:
        assert obey_deadlines(client)
        assert obey_deadlines(client)
        assert client.post(server.url, json={}, timeout=None).status_code == 200
        with deadline_in(PATIENCE):
            assert client.post(server.url, content=b'{"x": "' + b"x" * 10**6 + b'"}').status_code == 200


def test_a_deadline_that_has_passed_sends_nothing(server: ProviderServer) -> None:
    with httpx.Client() as client:
        assert obey_deadlines(client)
        with deadline_in(-1.0), pytest.raises(httpx.ConnectTimeout):
            client.post(server.url, json={})
    assert server.asked == []


def test_the_nearest_of_nested_deadlines_holds() -> None:
    assert remaining() is None
    assert shortened(5.0) == 5.0
    with deadline_in(10.0), deadline_in(1000.0), deadline_in(None):
        left = remaining()
        assert left is not None
        assert 0 < left <= 10
        assert shortened(0.5) == 0.5
    assert remaining() is None


def own_transport(make_openai: MakeOpenAI) -> object:
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    return track_openai(make_openai(http_client=httpx.Client(transport=transport)), timeout=1.0)


def no_client(_: MakeOpenAI) -> object:
    return tracked_call(lambda: pytest.fail("called"), provider="p", model="m", timeout=1.0)


@pytest.mark.parametrize("misuse", [own_transport, no_client])
def test_a_timeout_that_nothing_enforces_is_refused(
    events: EventList, make_openai: MakeOpenAI, misuse: Callable[[MakeOpenAI], object]
) -> None:
    with pytest.raises(UnenforceableTimeoutError):
        misuse(make_openai)
    assert events == []
