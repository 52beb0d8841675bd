"""A tracked OpenAI client behaves as an untracked one and leaves one event a call."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionUserMessageParam
from pydantic import BaseModel

from support.provider_answers import OPENAI_USAGE, chat_answer
from support.provider_events import EventList
from support.provider_server import ProviderServer, Reply
from tollbook_producers import UnsupportedClientError, track_openai, usage_context
from tollbook_schemas import LLMUsageStatus, UsageEvent, encode_event
from unit.producers.conftest import MakeOpenAI

MESSAGES: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "hello"}]


def ask(client: OpenAI, **more: object) -> object:
    return client.chat.completions.create(model="gpt-4.1-nano", messages=MESSAGES, **more)  # type: ignore[call-overload]


def test_a_call_leaves_one_complete_event(events: EventList, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai(), workspace_id="w", project_id=7, use_case="barbara_analysis", tags={"a": "b"})
    ask(client)
    event = events.only
    assert event.status is LLMUsageStatus.SUCCESS
    assert (event.provider, event.model, event.response_model) == ("openai", "gpt-4.1-nano", "gpt-4.1-nano-2025-04-14")
    assert (event.prompt_tokens, event.completion_tokens, event.total_tokens) == (16, 363, 379)
    assert (event.workspace_id, event.project_id, event.use_case) == ("w", "7", "barbara_analysis")
    assert (event.request_id, event.service_tier, event.attempts) == ("req_1", "default", 1)
    assert (event.raw_usage, event.tags) == (OPENAI_USAGE, {"a": "b"})
    assert event.latency_ms is not None
    assert UsageEvent.model_validate_json(encode_event(event)[1]) == event


def test_type_and_results_are_the_sdks_own(events: EventList, make_openai: MakeOpenAI) -> None:
    plain = make_openai()
    tracked = track_openai(plain)
    assert isinstance(tracked, OpenAI)
    assert type(tracked).__name__ == "OpenAI"
    assert ask(tracked) == ask(plain)
    assert len(events) == 1


def test_the_given_client_is_left_alone_even_if_used_before(events: EventList, make_openai: MakeOpenAI) -> None:
    plain = make_openai()
    ask(plain)
    tracked = track_openai(plain)
    ask(plain)
    assert events == []
    ask(tracked)
    assert len(events) == 1


def test_copies_made_by_the_sdk_are_tracked(events: EventList, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai(), project_id="p")
    ask(client.with_options(timeout=30))
    ask(client.copy(max_retries=1).with_options(max_retries=0))
    assert [event.project_id for event in events] == ["p", "p"]


def test_tracking_twice_counts_once_and_merges(events: EventList, make_openai: MakeOpenAI) -> None:
    once = track_openai(make_openai(), project_id="p", session_id="s")
    ask(track_openai(once, session_id="t"))
    assert (events.only.project_id, events.only.session_id) == ("p", "t")


def test_raw_responses_are_tracked(events: EventList, make_openai: MakeOpenAI) -> None:
    raw = track_openai(make_openai()).chat.completions.with_raw_response.create(
        model="gpt-4.1-nano",
        messages=MESSAGES,
    )
    assert raw.headers["x-request-id"] == "req_1"
    assert raw.parse().usage is not None
    assert events.only.prompt_tokens == 16


class Verdict(BaseModel):
    good: bool


def test_parse_is_tracked(events: EventList, server: ProviderServer, make_openai: MakeOpenAI) -> None:
    server.reply = lambda _: Reply(chat_answer(text='{"good": true}'))
    completion = track_openai(make_openai()).chat.completions.parse(
        model="gpt-4.1-nano",
        messages=MESSAGES,
        response_format=Verdict,
    )
    assert completion.choices[0].message.parsed == Verdict(good=True)
    assert events.only.status is LLMUsageStatus.SUCCESS


def test_an_answer_that_cannot_be_parsed_was_billed(
    events: EventList, server: ProviderServer, make_openai: MakeOpenAI
) -> None:
    server.reply = lambda _: Reply(chat_answer(text="no JSON"))
    with pytest.raises(ValueError, match=r"good|JSON"):
        track_openai(make_openai()).chat.completions.parse(
            model="gpt-4.1-nano",
            messages=MESSAGES,
            response_format=Verdict,
        )
    assert events.only.status is LLMUsageStatus.ERROR
    assert (events.only.error_type, events.only.prompt_tokens) == ("ValidationError", 16)


def test_other_endpoints_pass_through(events: EventList, server: ProviderServer, make_openai: MakeOpenAI) -> None:
    server.reply = lambda _: Reply({"data": [], "object": "list"})
    client = track_openai(make_openai())
    assert client.models.list().data == []
    assert client.files.list().data == []
    assert events == []


def test_contexts_override_the_clients_attribution(events: EventList, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai(), project_id="p", session_id="s", tags={"a": "1", "b": "1"})
    with usage_context(session_id="t", tags={"b": "2"}), usage_context(end_user_id="u", session_id=None):
        ask(client)
    event = events.only
    assert (event.project_id, event.session_id, event.end_user_id) == ("p", "t", "u")
    assert event.tags == {"a": "1", "b": "2"}


def test_a_hundred_calls_at_once_leave_a_hundred_events(events: EventList, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai())

    def call(number: int) -> None:
        with usage_context(session_id=str(number)):
            ask(client)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(call, range(100)))
    assert sorted(int(event.session_id or -1) for event in events) == list(range(100))
    assert len({event.id for event in events}) == 100


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(UnsupportedClientError, match="object"):
        track_openai(object())  # type: ignore[type-var]  # what the test is about


def test_an_unknown_attribution_is_refused(make_openai: MakeOpenAI) -> None:
    with pytest.raises(TypeError, match="unknown attribution: projekt"):
        track_openai(make_openai(), projekt="p")  # type: ignore[call-arg]  # what the test is about
