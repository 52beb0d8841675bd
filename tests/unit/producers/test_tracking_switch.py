"""LLM_USAGE_TRACKING_ENABLED switches tracking off when clients are wrapped and at any time after."""

import pytest

from support.provider_events import EventList
from tollbook_producers import configure, track_gemini, track_openai, tracked_call
from tollbook_schemas import Settings
from unit.producers import test_gemini_wrapper, test_openai_wrapper
from unit.producers.conftest import MakeGemini, MakeOpenAI

VARIABLE = "LLM_USAGE_TRACKING_ENABLED"


@pytest.mark.parametrize("off", ["false", "0", "off", "FALSE"])
def test_off_returns_the_client_itself(
    monkeypatch: pytest.MonkeyPatch, make_openai: MakeOpenAI, make_gemini: MakeGemini, off: str
) -> None:
    monkeypatch.setenv(VARIABLE, off)
    plain_openai, plain_gemini = make_openai(), make_gemini()
    assert track_openai(plain_openai) is plain_openai
    assert track_gemini(plain_gemini) is plain_gemini


def test_switched_off_and_on_at_run_time(
    monkeypatch: pytest.MonkeyPatch, events: EventList, make_openai: MakeOpenAI, make_gemini: MakeGemini
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    tracked_openai, tracked_gemini = track_openai(make_openai()), track_gemini(make_gemini())

    def call_all() -> None:
        test_openai_wrapper.ask(tracked_openai)
        test_gemini_wrapper.ask(tracked_gemini)
        assert tracked_call(lambda: 1, provider="p", model="m") == 1

    monkeypatch.setenv(VARIABLE, "false")
    call_all()
    assert events == []
    monkeypatch.setenv(VARIABLE, "true")
    call_all()
    assert len(events) == 3


def test_settings_can_switch_it_off(make_openai: MakeOpenAI) -> None:
    client = make_openai()
    configure(settings=Settings(tracking_enabled=False))
    try:
        assert track_openai(client) is client
    finally:
        configure()


def test_a_value_that_means_nothing_tracks(
    monkeypatch: pytest.MonkeyPatch, events: EventList, make_openai: MakeOpenAI
) -> None:
    monkeypatch.setenv(VARIABLE, "maybe")
    test_openai_wrapper.ask(track_openai(make_openai()))
    assert len(events) == 1
