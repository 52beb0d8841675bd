"""A tracked google-genai client behaves as an untracked one and leaves one event a request."""

import gc

import pytest
from google import genai
from google.genai import errors, types
from google.genai._api_client import BaseApiClient
from google.genai.models import Models
from pydantic import ValidationError

from support.provider_answers import (
    GEMINI_BLOCKED_USAGE,
    GEMINI_RATE_LIMITED,
    GEMINI_USAGE,
    gemini_answer,
    gemini_function_call,
)
from support.provider_events import EventList
from support.provider_server import Asked, ProviderServer, Reply
from tollbook_producers import UnsupportedClientError, track_gemini, usage_context
from tollbook_schemas import LLMUsageStatus, UsageEvent, encode_event
from unit.producers.conftest import MakeGemini
from unit.producers.gemini_http.conftest import http


def ask(client: genai.Client, config: types.GenerateContentConfigOrDict | None = None) -> types.GenerateContentResponse:
    return client.models.generate_content(model="gemini-3-pro", contents="hello", config=config)


def test_a_call_leaves_one_complete_event(events: EventList, make_gemini: MakeGemini) -> None:
    ask(track_gemini(make_gemini(), project_id="p", use_case="barbara_analysis"))
    event = events.only
    assert event.status is LLMUsageStatus.SUCCESS
    assert (event.provider, event.model, event.response_model) == ("gemini", "gemini-3-pro", "gemini-3-pro-preview")
    assert (event.prompt_tokens, event.completion_tokens, event.reasoning_tokens) == (9, 272, 244)
    assert (event.request_id, event.service_tier, event.attempts) == ("Un6LacrVMcjUxs0PmJfWoQc", "flex", 1)
    assert (event.raw_usage, event.operation_id) == (GEMINI_USAGE, None)
    assert UsageEvent.model_validate_json(encode_event(event)[1]) == event


def test_the_hooks_are_where_the_sdk_calls_them() -> None:
    """Private names that the wrapper depends on: fails when the SDK renames one."""
    assert callable(Models._generate_content)
    assert callable(BaseApiClient.request)
    assert callable(BaseApiClient._request_once)
    with genai.Client(api_key="none") as client:
        assert isinstance(client._models, Models)
        assert client._models._api_client is client._api_client


def test_type_and_results_are_the_sdks_own(events: EventList, make_gemini: MakeGemini) -> None:
    plain = make_gemini()
    tracked = track_gemini(plain)
    assert isinstance(tracked, genai.Client)
    assert ask(tracked).text == ask(plain).text == "ok"
    assert len(events) == 1


def test_freeing_either_client_leaves_the_other_working(events: EventList, make_gemini: MakeGemini) -> None:
    plain = make_gemini()
    track_gemini(plain)
    gc.collect()
    ask(plain)
    tracked = track_gemini(plain)
    del plain
    gc.collect()
    ask(tracked)
    assert len(events) == 1


def test_each_hop_of_function_calling_is_a_call(
    events: EventList, server: ProviderServer, make_gemini: MakeGemini
) -> None:
    hops = [
        {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 16, "thoughtsTokenCount": 1},
        {"promptTokenCount": 20, "candidatesTokenCount": 5, "totalTokenCount": 26, "thoughtsTokenCount": 1},
        {"promptTokenCount": 100, "candidatesTokenCount": 6, "totalTokenCount": 106},
    ]

    def reply(_: Asked) -> Reply:
        hop = len(server.asked) - 1
        usage = hops[hop]
        return Reply(gemini_answer(usage) if hop == 2 else gemini_function_call("get_weather", usage))

    def get_weather(city: str) -> str:
        """Weather of a city."""
        return f"sunny in {city}"

    server.reply = reply
    response = ask(track_gemini(make_gemini()), types.GenerateContentConfig(tools=[get_weather]))
    assert response.text == "ok"
    assert [event.total_tokens for event in events] == [16, 26, 106]
    assert sum(event.completion_tokens or 0 for event in events) == 18
    assert len({event.operation_id for event in events}) == 1
    assert events[0].operation_id is not None


def test_a_given_operation_id_is_kept(events: EventList, make_gemini: MakeGemini) -> None:
    def get_weather(city: str) -> str:
        """Weather of a city."""
        return city

    with usage_context(operation_id="refresh-1"):
        ask(track_gemini(make_gemini()), {"tools": [get_weather]})
    assert events.only.operation_id == "refresh-1"


def test_continuations_share_an_operation(events: EventList, server: ProviderServer, make_gemini: MakeGemini) -> None:
    if not hasattr(Models, "_generate_content_with_continuation"):
        pytest.skip("this google-genai does not continue by itself")

    def reply(_: Asked) -> Reply:
        answer = gemini_answer()
        if len(server.asked) == 1:
            answer["candidates"][0] |= {"finishReason": "CONTINUATION", "continuationToken": "dG9rZW4="}
        return Reply(answer)

    server.reply = reply
    ask(track_gemini(make_gemini()))
    assert len(events) == len(server.asked) == 2
    assert events[0].operation_id == events[1].operation_id is not None


def test_chats_go_through_models(events: EventList, make_gemini: MakeGemini) -> None:
    chat = track_gemini(make_gemini(), session_id="s").chats.create(model="gemini-3-pro")
    chat.send_message("one")
    chat.send_message("two")
    assert [event.session_id for event in events] == ["s", "s"]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (GEMINI_BLOCKED_USAGE, (LLMUsageStatus.SUCCESS, 9)),
        ({"trafficType": "ON_DEMAND"}, (LLMUsageStatus.MISSING_USAGE, None)),
        (None, (LLMUsageStatus.MISSING_USAGE, None)),
    ],
)
def test_blocked_and_missing(
    events: EventList,
    server: ProviderServer,
    make_gemini: MakeGemini,
    usage: object,
    expected: tuple[LLMUsageStatus, int | None],
) -> None:
    server.reply = lambda _: Reply(
        {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage, "modelVersion": "m"}
    )
    ask(track_gemini(make_gemini()))
    assert (events.only.status, events.only.prompt_tokens) == expected


def test_malformed_usage_of_a_billed_call(events: EventList, server: ProviderServer, make_gemini: MakeGemini) -> None:
    server.reply = lambda _: Reply(gemini_answer({"promptTokenCount": [1], "totalTokenCount": 12}))
    with pytest.raises(ValidationError):
        ask(track_gemini(make_gemini()))
    event = events.only
    assert (event.status, event.error_type) == (LLMUsageStatus.ERROR, "ValidationError")
    assert (event.total_tokens, event.request_id) == (12, "Un6LacrVMcjUxs0PmJfWoQc")


def test_rate_limits_are_errors_with_their_attempts(
    events: EventList, server: ProviderServer, make_gemini: MakeGemini
) -> None:
    server.reply = lambda _: Reply(GEMINI_RATE_LIMITED, status=429)
    retries = types.HttpRetryOptions(attempts=3, initial_delay=0.001, max_delay=0.002, jitter=0.001)
    with pytest.raises(errors.ClientError):
        ask(track_gemini(make_gemini(retry_options=retries)))
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "http_429")
    assert events.only.attempts == len(server.asked) == 3


def test_the_sdks_own_timeout(events: EventList, server: ProviderServer, make_gemini: MakeGemini) -> None:
    server.reply = lambda _: Reply(manner="silent")
    with pytest.raises(http.ReadTimeout):
        ask(track_gemini(make_gemini(timeout=100)))
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.TIMEOUT, "timeout")


def test_tracking_twice_counts_once_and_merges(events: EventList, make_gemini: MakeGemini) -> None:
    ask(track_gemini(track_gemini(make_gemini(), project_id="p", session_id="s"), session_id="t"))
    assert (events.only.project_id, events.only.session_id) == ("p", "t")


def test_another_object_is_refused() -> None:
    with pytest.raises(UnsupportedClientError, match="object"):
        track_gemini(object())  # type: ignore[type-var]  # what the test is about
