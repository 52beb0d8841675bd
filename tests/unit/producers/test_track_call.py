"""The decorator on functions and async functions."""

import asyncio
import inspect
from dataclasses import dataclass

import openai
import pytest

from support.provider_events import EventList
from support.provider_server import ProviderServer, Reply
from tollbook_producers import CallReport, UnenforceableTimeoutError, track_call, usage_context, usage_report
from tollbook_schemas import LLMUsageStatus
from unit.producers.conftest import MakeOpenAI
from unit.producers.test_openai_wrapper import ask as ask_openai


@dataclass
class Answer:
    text: str
    prompt: int


def read(answer: Answer) -> CallReport:
    return usage_report(prompt_tokens=answer.prompt, completion_tokens=1, response_model="m-2026")


@track_call(provider="acme", model=lambda _question, *, model="m1": model, extract=read, use_case="barbara_analysis")
def ask(question: str, *, model: str = "m1") -> Answer:
    """Ask."""
    return Answer(question.upper(), len(question))


@track_call(provider="acme", model="m2", extract=read)
async def ask_async(question: str) -> Answer:
    await asyncio.sleep(0)
    return Answer(question.upper(), len(question))


def test_a_function(events: EventList) -> None:
    with usage_context(session_id="s", use_case="barbara_topic_overlap"):
        assert ask("why", model="big").text == "WHY"
    event = events.only
    assert (event.provider, event.model, event.response_model) == ("acme", "big", "m-2026")
    assert (event.status, event.prompt_tokens, event.session_id) == (LLMUsageStatus.SUCCESS, 3, "s")
    assert event.use_case == "barbara_analysis"


def test_an_async_function(events: EventList) -> None:
    assert asyncio.run(ask_async("why")).text == "WHY"
    assert (events.only.model, events.only.prompt_tokens) == ("m2", 3)


def test_it_stays_what_it_is() -> None:
    assert (ask.__name__, ask.__doc__, ask.__module__) == ("ask", "Ask.", __name__)
    assert str(inspect.signature(ask)).startswith("(question")
    assert inspect.iscoroutinefunction(ask_async)


def test_a_method(events: EventList) -> None:
    class Client:
        model = "own"

        @track_call(provider="acme", model=lambda self, _: self.model, extract=read)
        def ask(self, question: str) -> Answer:
            return Answer(self.model, len(question))

    assert Client().ask("why") == Answer("own", 3)
    assert events.only.model == "own"


def test_a_model_that_cannot_be_told_is_unknown(events: EventList) -> None:
    @track_call(provider="acme", model=lambda: "never")
    def ask_one(question: str) -> str:
        return question

    assert ask_one("why") == "why"
    assert events.only.model == "unknown"


@pytest.mark.parametrize("extracted", [{"prompt_tokens": 1}, "12", 0])
def test_an_extractor_that_gives_something_else_is_flagged(events: EventList, extracted: object) -> None:
    @track_call(provider="acme", model="m", extract=lambda _: extracted)  # type: ignore[arg-type, return-value]
    def ask_one() -> int:
        return 1

    assert ask_one() == 1
    assert (events.only.status, events.only.flags) == (LLMUsageStatus.MISSING_USAGE, ("report_unreadable",))


def test_an_extractor_may_say_nothing(events: EventList) -> None:
    assert track_call(provider="acme", model="m", extract=lambda _: None)(lambda: 1)() == 1
    assert (events.only.status, events.only.flags) == (LLMUsageStatus.MISSING_USAGE, ())


def test_an_extractor_that_does_not_fit_is_refused() -> None:
    with pytest.raises(TypeError, match="is not a generator: give extract, not extract_item"):
        track_call(provider="acme", model="m", extract_item=lambda _, so_far: so_far)(ask)
    with pytest.raises(TypeError, match="unknown attribution"):
        track_call(provider="acme", model="m", sesion_id="s")  # type: ignore[call-arg]


def test_a_timeout_of_an_async_function_cancels(events: EventList) -> None:
    @track_call(provider="acme", model="m", timeout=0.01)
    async def hang() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        asyncio.run(hang())
    assert events.only.status == LLMUsageStatus.TIMEOUT


def test_a_timeout_of_a_function_cuts_its_client_off(
    events: EventList, server: ProviderServer, make_openai: MakeOpenAI
) -> None:
    server.reply = lambda _: Reply(manner="trickle_body")
    client = make_openai()
    limited = track_call(provider="acme", model="m", timeout=0.3, client=client)(ask_openai)
    with pytest.raises(openai.APITimeoutError):
        limited(client)
    assert events.only.status == LLMUsageStatus.TIMEOUT


def test_a_timeout_without_a_client_is_refused_at_once() -> None:
    with pytest.raises(UnenforceableTimeoutError):
        track_call(provider="acme", model="m", timeout=1.0)(lambda: 1)
