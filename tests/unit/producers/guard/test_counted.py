"""The run-time counter: by line, said once, without content."""

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn

import pytest
from openai import OpenAI

from tollbook_producers import (
    UntrackedCall,
    allow_untracked,
    track_gemini,
    track_openai,
    tracked_call,
    untracked_calls,
    unwatch_untracked,
    watch_untracked,
)
from tollbook_producers.guard import counted
from unit.producers.conftest import MakeGemini, MakeOpenAI

SECRET = "planted-7f3a"
ASKED = {"model": SECRET, "messages": [{"role": "user", "content": SECRET}]}


@pytest.fixture(autouse=True)
def watching() -> Iterator[None]:
    watch_untracked()
    yield
    unwatch_untracked()


def ask(client: object) -> None:
    client.chat.completions.create(**ASKED)  # type: ignore[attr-defined]  # an OpenAI client


class SendsNothing(OpenAI):
    def _prepare_options(self, options: object) -> NoReturn:
        raise ConnectionError(options)


LINE = ask.__code__.co_firstlineno + 1


def test_calls_are_counted_by_line(make_openai: MakeOpenAI, caplog: pytest.LogCaptureFixture) -> None:
    client = make_openai()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            ask(client)
    assert untracked_calls() == (UntrackedCall("openai", "chat.completions", __file__, LINE, 3),)
    (said,) = [record.getMessage() for record in caplog.records]
    assert f"{__file__}:{LINE}" in said
    assert SECRET not in caplog.text


def test_xai_and_gemini(make_openai: MakeOpenAI, make_gemini: MakeGemini) -> None:
    with suppress(ConnectionError):
        ask(SendsNothing(base_url="https://api.x.ai/v1", api_key="none"))
    make_gemini().models.generate_content(model="m", contents="hello")
    assert {(call.provider, call.surface) for call in untracked_calls()} == {
        ("xai", "chat.completions"),
        ("gemini", "models.generate_content"),
    }


@pytest.mark.usefixtures("events")
def test_tracked_calls_are_not(make_openai: MakeOpenAI, make_gemini: MakeGemini) -> None:
    plain = make_openai()
    ask(track_openai(plain))
    track_gemini(make_gemini()).models.generate_content(model="m", contents="hello")
    tracked_call(lambda: ask(plain), provider="openai", model="m")
    with allow_untracked("it is a health check"):
        ask(plain)
    with suppress(Exception):
        plain.models.list()
    assert untracked_calls() == ()


def test_nothing_is_counted_while_tracking_is_off(make_openai: MakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_USAGE_TRACKING_ENABLED", "false")
    ask(make_openai())
    assert untracked_calls() == ()


def test_threads_lose_no_count(make_openai: MakeOpenAI) -> None:
    client = make_openai()

    def ask_often() -> None:
        for _ in range(10):
            ask(client)

    threads = [threading.Thread(target=ask_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [call.count for call in untracked_calls()] == [40]


def test_watching_twice_is_watching_once(make_openai: MakeOpenAI) -> None:
    watch_untracked()
    ask(make_openai())
    assert [call.count for call in untracked_calls()] == [1]
    unwatch_untracked()
    unwatch_untracked()
    ask(make_openai())
    assert [call.count for call in untracked_calls()] == [1]


def test_lines_are_bounded(monkeypatch: pytest.MonkeyPatch, make_openai: MakeOpenAI) -> None:
    monkeypatch.setattr(counted, "MAX_LINES", 1)
    client = make_openai()
    ask(client)
    client.chat.completions.create(model="m", messages=[])
    client.chat.completions.create(model="m", messages=[])
    assert [(call.file, call.count) for call in untracked_calls()] == [("other lines", 2), (__file__, 1)]


def test_a_reason_is_needed() -> None:
    with pytest.raises(ValueError, match="needs the reason"), allow_untracked(" "):
        pass
