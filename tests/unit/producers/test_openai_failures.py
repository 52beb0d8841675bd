"""Whatever goes wrong in a call is the caller's to see, and one event says how it ended."""

import logging
import socket
import traceback
from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI

from support.provider_answers import RATE_LIMITED, chat_answer
from support.provider_events import EventList
from support.provider_server import Asked, ProviderServer, Reply
from support.sdk_http import httpx
from tollbook_producers import configure, publisher_stats, track_openai, usage_context
from tollbook_schemas import LLMUsageStatus, UsageEvent
from unit.producers.conftest import MakeOpenAI
from unit.producers.test_openai_wrapper import ask


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}])
def test_missing_usage(events: EventList, server: ProviderServer, make_openai: MakeOpenAI, usage: object) -> None:
    server.reply = lambda _: Reply(chat_answer(usage))
    ask(track_openai(make_openai()))
    assert events.only.status is LLMUsageStatus.MISSING_USAGE
    assert (events.only.prompt_tokens, events.only.error_type) == (None, None)


def test_malformed_usage(events: EventList, server: ProviderServer, make_openai: MakeOpenAI) -> None:
    bad = {"prompt_tokens": "12", "completion_tokens": -1, "total_tokens": 9, "note": "a sentence"}
    server.reply = lambda _: Reply(chat_answer(bad))
    ask(track_openai(make_openai()))
    event = events.only
    assert (event.status, event.prompt_tokens, event.total_tokens) == (LLMUsageStatus.SUCCESS, None, 9)
    assert event.flags == ("prompt_tokens_invalid", "completion_tokens_invalid")
    assert event.raw_usage == {"completion_tokens": -1, "total_tokens": 9}


def test_an_answer_that_is_no_json(events: EventList, server: ProviderServer, make_openai: MakeOpenAI) -> None:
    server.reply = lambda _: Reply(b"<html>", headers={"content-type": "text/html"})
    ask(track_openai(make_openai()))
    assert events.only.status is LLMUsageStatus.MISSING_USAGE


def test_rate_limits_are_errors_with_their_attempts(
    events: EventList, server: ProviderServer, make_openai: MakeOpenAI
) -> None:
    headers = {"x-request-id": "req_9", "retry-after-ms": "1"}
    server.reply = lambda _: Reply(RATE_LIMITED, status=429, headers=headers)
    with pytest.raises(openai.RateLimitError):
        ask(track_openai(make_openai(max_retries=2)))
    event = events.only
    assert (event.status, event.error_type, event.attempts) == (LLMUsageStatus.ERROR, "http_429", 3)
    assert (event.request_id, event.prompt_tokens) == ("req_9", None)
    assert len(server.asked) == 3


def test_a_retry_that_succeeds_is_one_call(events: EventList, server: ProviderServer, make_openai: MakeOpenAI) -> None:
    def reply(_: Asked) -> Reply:
        failing = len(server.asked) == 1
        return Reply(RATE_LIMITED, 429, {"retry-after-ms": "1"}) if failing else Reply(chat_answer())

    server.reply = reply
    ask(track_openai(make_openai(max_retries=2)))
    assert (events.only.status, events.only.attempts) == (LLMUsageStatus.SUCCESS, 2)


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused, and nobody else gets it
        yield holder.getsockname()[1]


def test_connection_refused(events: EventList, make_openai: MakeOpenAI, closed_port: int) -> None:
    client = track_openai(make_openai(base_url=f"http://127.0.0.1:{closed_port}/v1"))
    with pytest.raises(openai.APIConnectionError):
        ask(client)
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "APIConnectionError")


def test_the_sdks_own_timeout(events: EventList, server: ProviderServer, make_openai: MakeOpenAI) -> None:
    server.reply = lambda _: Reply(manner="silent")
    with pytest.raises(openai.APITimeoutError):
        ask(track_openai(make_openai(timeout=0.1)))
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.TIMEOUT, "timeout")


class Stop(BaseException):
    pass


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, Stop])
def test_interrupts_are_tracked_and_go_on(
    events: EventList, make_openai: MakeOpenAI, kind: type[BaseException]
) -> None:
    raised = kind("stop")

    def interrupt(_: object) -> object:
        raise raised

    with httpx.Client(transport=httpx.MockTransport(interrupt)) as http_client:
        client = track_openai(make_openai(http_client=http_client))
        with pytest.raises(kind) as caught:
            ask(client)
    assert caught.value is raised
    assert "interrupt" in [frame.name for frame in traceback.extract_tb(raised.__traceback__)]
    assert (events.only.status, events.only.error_type) == (LLMUsageStatus.ERROR, "interrupted")


def test_invalid_attribution_is_left_out_and_flagged(events: EventList, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai(), use_case="Not A Use Case", project_id="p", session_id="s\n" * 3)
    with usage_context(tags={"k": "v" * 500}, environment=5):  # type: ignore[arg-type]  # what the test is about
        ask(client)
    event = events.only
    assert (event.use_case, event.project_id, event.session_id, event.tags) == ("unattributed", "p", None, None)
    assert event.flags == ("session_id_invalid", "tags_invalid", "use_case_invalid")
    assert event.prompt_tokens == 16


def test_a_publisher_that_fails_is_counted_and_said_once(
    events: EventList, make_openai: MakeOpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(EventList):
        def publish(self, event: UsageEvent) -> None:
            raise RuntimeError(f"cannot take {event.session_id}")

    configure(publisher=Broken())
    client: OpenAI = track_openai(make_openai(), session_id="secret-session")
    with caplog.at_level(logging.DEBUG, "tollbook_producers"):
        ask(client)
        ask(client)
    assert publisher_stats().dropped == 2
    assert [record.levelname for record in caplog.records if record.name == "tollbook_producers"] == ["WARNING"]
    assert "RuntimeError" in caplog.text
    assert "secret-session" not in caplog.text
