"""The figures in hand: equal to those of the events, for calls in tasks, threads and streams too."""

import asyncio
import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.provider_events import EventList
from tollbook_producers import (
    CallReport,
    CollectedUsage,
    TokenUsage,
    WithTokenUsage,
    carry,
    collect_usage,
    track_call,
    track_openai,
    tracked_call,
    usage_context,
    usage_report,
    with_token_usage,
)
from tollbook_producers.call import leave_event
from tollbook_producers.facts import CallSpec
from unit.producers.conftest import MakeOpenAI
from unit.producers.test_openai_wrapper import ask as ask_openai


def ask(prompt: int | None = 10, completion: int | None = 2, use_case: str = "barbara_analysis") -> str:
    return tracked_call(
        lambda: "answer",
        provider="acme",
        model="m",
        extract=lambda _: usage_report(prompt_tokens=prompt, completion_tokens=completion),
        use_case=use_case,
    )


def fail(error: Exception) -> None:
    def raise_it() -> None:
        raise error

    with pytest.raises(type(error)):
        tracked_call(raise_it, provider="acme", model="m")


def test_sums(events: EventList) -> None:
    with collect_usage() as collected:
        ask(10, 2)
        ask(20, None)
        ask(None, None)
        fail(ConnectionError())
        fail(TimeoutError())
    usage = collected.usage
    assert (usage.calls, usage.reported, usage.missing, usage.timeouts, usage.errors) == (5, 2, 1, 1, 1)
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (30, 2, None)
    assert usage.prompt_tokens == sum(event.prompt_tokens or 0 for event in events)


def test_unknown_is_not_zero(events: EventList) -> None:
    with collect_usage() as collected:
        pass
    assert collected.usage == TokenUsage()
    assert collected.usage.prompt_tokens is None
    with collect_usage() as collected:
        ask(0, 0)
    assert (collected.usage.prompt_tokens, collected.usage.completion_tokens) == (0, 0)


def test_wrapped_clients(events: EventList, make_openai: MakeOpenAI) -> None:
    client = track_openai(make_openai())
    with collect_usage() as collected:
        ask_openai(client)
    assert collected.usage.prompt_tokens == events.only.prompt_tokens
    assert collected.usage.total_tokens == events.only.total_tokens


def test_use_cases_and_buckets(events: EventList) -> None:
    with collect_usage() as collected:
        ask(1, 2, "barbara_analysis")
        ask(3, 4, "barbara_topic_overlap")
        ask(5, 6, "barbara_question_summary")
        ask(7, 8, "barbara_additional_questions")
        ask(9, 10, "barbara_session_summary")
        ask(9, 10, "barbara_session_summary")
        ask(1000, 1000, "barbara_template_generation")
        ask(1000, 1000, "Not A Use Case")
    assert collected.by_use_case["unattributed"].prompt_tokens == 1000
    assert collected.usage.calls == 8
    assert collected.buckets.as_dict() == {
        "analysis": {"calls": 1, "prompt": 1, "completion": 2},
        "topicOverlap": {"calls": 1, "prompt": 3, "completion": 4},
        "summarisation": {"calls": 1, "prompt": 5, "completion": 6},
        "additionalQuestions": {"calls": 1, "prompt": 7, "completion": 8},
        "sessionSummary": {"calls": 2, "prompt": 18, "completion": 20},
        "total": {"calls": 6, "prompt": 34, "completion": 40},
    }


def test_buckets_add_up(events: EventList) -> None:
    with collect_usage() as first:
        ask(1, 2)
    with collect_usage() as second:
        ask(10, 20)
    both = first.buckets + second.buckets
    assert (both.analysis.calls, both.analysis.prompt_tokens, both.total.completion_tokens) == (2, 11, 22)
    assert both.topic_overlap == TokenUsage()


def test_collections_nest_and_go_on(events: EventList) -> None:
    session = CollectedUsage()
    with collect_usage(session):
        with collect_usage() as inner:
            ask()
        ask()
    ask()
    with collect_usage(session):
        ask()
    assert (inner.usage.calls, session.usage.calls) == (1, 3)


def test_tasks_and_carried_threads(events: EventList) -> None:
    async def main() -> TokenUsage:
        async def task() -> str:
            await asyncio.sleep(0)
            return ask()

        with collect_usage() as collected:
            await asyncio.gather(*(task() for _ in range(20)), asyncio.to_thread(ask))
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(carry(ask), [1] * 20))
                list(pool.map(ask, [1]))
        return collected.usage

    usage = asyncio.run(main())
    assert (usage.calls, usage.prompt_tokens) == (41, 210 + 20)
    assert len(events) == 42


def test_a_call_counts_where_it_began(events: EventList) -> None:
    @track_call(provider="acme", model="m", extract_item=lambda item, _: usage_report(prompt_tokens=item))
    def items() -> Iterator[int]:
        yield 12
        yield 13

    with collect_usage() as collected:
        running = items()
        next(running)
    assert collected.usage.calls == 0
    with collect_usage() as elsewhere:
        del running
        gc.collect()
    assert (collected.usage.prompt_tokens, elsewhere.usage.calls) == (12, 0)


def test_a_task_that_outlives_the_block_begins_calls_outside(events: EventList) -> None:
    async def main() -> CollectedUsage:
        go_on = asyncio.Event()

        async def later() -> None:
            await go_on.wait()
            ask()

        with collect_usage() as collected:
            task = asyncio.create_task(later())
        go_on.set()
        await task
        return collected

    assert asyncio.run(main()).usage.calls == 0
    assert len(events) == 1


def test_the_same_object_seen_twice_counts_once(events: EventList) -> None:
    report = CallReport(usage=usage_report(prompt_tokens=5).usage, identity="resp_1", completed_ms=1_700_000_000_000)
    with usage_context(session_id="s"), collect_usage() as collected:
        leave_event(CallSpec("openai", "m", {}), report)
        leave_event(CallSpec("openai", "m", {}), report)
    assert collected.usage.calls == 1


def test_a_value_with_its_usage(events: EventList) -> None:
    assert with_token_usage(ask, 7, completion=3) == WithTokenUsage(
        "answer", TokenUsage(calls=1, reported=1, prompt_tokens=7, completion_tokens=3)
    )


def test_an_awaited_value_with_its_usage(events: EventList) -> None:
    async def two(prompt: int) -> str:
        ask(prompt)
        await asyncio.sleep(0)
        return ask(prompt)

    async def main() -> tuple[WithTokenUsage[str], WithTokenUsage[str]]:
        task = with_token_usage(lambda: asyncio.ensure_future(two(1)))
        return await with_token_usage(two, 7), await task

    one, other = asyncio.run(main())
    assert (one.value, one.usage.prompt_tokens) == ("answer", 14)
    assert (other.value, other.usage.prompt_tokens, other.usage.calls) == ("answer", 2, 2)


def test_an_error_is_the_functions_own(events: EventList) -> None:
    error = ValueError()

    def failing() -> None:
        raise error

    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the very one
        with_token_usage(failing)
    assert caught.value is error
