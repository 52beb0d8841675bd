"""Any callable, exactly one event."""

import asyncio
import traceback
from collections.abc import Callable

import pytest

from support.provider_answers import OPENAI_USAGE
from support.provider_events import EventList
from tollbook_producers import CallReport, track_openai, tracked_call, usage_context
from tollbook_producers.normalize import normalize_openai_chat, reduce_raw_usage
from tollbook_schemas import LLMUsageStatus, LLMUseCase
from unit.producers.conftest import MakeOpenAI
from unit.producers.test_openai_wrapper import ask


def extract(result: dict[str, object]) -> CallReport:
    usage = result["usage"]
    return CallReport(usage=normalize_openai_chat(usage), raw_usage=reduce_raw_usage(usage), request_id="r", attempts=2)


def test_success(events: EventList) -> None:
    result: dict[str, object] = {"usage": OPENAI_USAGE}
    use_case = LLMUseCase.BARBARA_ANALYSIS
    returned = tracked_call(lambda: result, provider="mine", model="m", extract=extract, use_case=use_case)
    assert returned is result
    event = events.only
    assert (event.status, event.provider, event.model) == (LLMUsageStatus.SUCCESS, "mine", "m")
    assert (event.use_case, event.prompt_tokens, event.attempts) == ("barbara_analysis", 16, 2)


@pytest.mark.parametrize("extractor", [None, lambda _: CallReport()])
def test_missing_usage(events: EventList, extractor: Callable[[int], CallReport] | None) -> None:
    tracked_call(lambda: 1, provider="mine", model="m", extract=extractor)
    assert (events.only.status, events.only.flags) == (LLMUsageStatus.MISSING_USAGE, ())


def test_an_extractor_that_fails_is_flagged(events: EventList) -> None:
    result: dict[str, object] = {}
    assert tracked_call(lambda: result, provider="mine", model="m", extract=extract) is result
    assert (events.only.status, events.only.flags) == (LLMUsageStatus.MISSING_USAGE, ("report_unreadable",))


class OddError(Exception):
    def __init__(self, status_code: object) -> None:
        self.status_code = status_code


@pytest.mark.parametrize(
    ("error", "status", "error_type"),
    [
        (TimeoutError("t"), LLMUsageStatus.TIMEOUT, "timeout"),
        (ConnectionResetError("c"), LLMUsageStatus.ERROR, "ConnectionResetError"),
        (OddError(503), LLMUsageStatus.ERROR, "http_503"),
        (OddError("503"), LLMUsageStatus.ERROR, "OddError"),
        (type("Fehlerü", (Exception,), {})(), LLMUsageStatus.ERROR, None),
        (type("E" * 100, (Exception,), {})(), LLMUsageStatus.ERROR, "E" * 64),
        (asyncio.CancelledError(), LLMUsageStatus.ERROR, "cancelled"),
        (KeyboardInterrupt(), LLMUsageStatus.ERROR, "interrupted"),
        (GeneratorExit(), LLMUsageStatus.ERROR, "interrupted"),
    ],
)
def test_errors_are_the_callers_own(
    events: EventList, error: BaseException, status: LLMUsageStatus, error_type: str | None
) -> None:
    def failing() -> int:
        raise error

    with pytest.raises(type(error)) as caught:
        tracked_call(failing, provider="mine", model="m")
    assert caught.value is error
    assert traceback.extract_tb(error.__traceback__)[-1].name == "failing"
    assert (error.__context__, error.__cause__) == (None, None)
    assert (events.only.status, events.only.error_type) == (status, error_type)


def test_wrapped_clients_inside_leave_no_event_of_their_own(events: EventList, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai())
    tracked_call(lambda: ask(client), provider="mine", model="m")
    assert events.only.provider == "mine"
    ask(client)
    assert len(events) == 2


def test_nested_tracked_calls_leave_one_event(events: EventList) -> None:
    inner = lambda: tracked_call(lambda: 1, provider="inner", model="m")  # noqa: E731
    assert tracked_call(inner, provider="outer", model="m") == 1
    assert events.only.provider == "outer"


def test_explicit_attribution_wins_over_contexts(events: EventList) -> None:
    with usage_context(session_id="context", project_id="p"):
        tracked_call(lambda: 1, provider="mine", model="m", session_id="explicit")
    assert (events.only.session_id, events.only.project_id) == ("explicit", "p")


def test_invalid_names_are_replaced_and_flagged(events: EventList) -> None:
    tracked_call(lambda: 1, provider="My Provider", model="m" * 300)
    assert (events.only.provider, events.only.model) == ("unknown", "unknown")
    assert events.only.flags == ("model_invalid", "provider_invalid")
