"""Our own exceptions and warnings: they name fields and classes, and never quote a value."""

import logging
from typing import Any

import pytest

from support.privacy_markers import KEY, OUTPUT, PROMPT, traces_in
from support.provider_events import EventList
from tollbook_producers import CallReport, configure, track_gemini, track_openai, tracked_call, usage_context
from tollbook_schemas import encode_event
from tollbook_schemas.errors import TollbookError


class Client:
    """No client that anybody knows, and it says too much."""

    def __repr__(self) -> str:
        return f"{KEY} {PROMPT}"


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: track_openai(Client()),  # type: ignore[type-var]
        lambda: track_gemini(Client()),  # type: ignore[type-var]
        lambda: usage_context(prompt=PROMPT),  # type: ignore[call-arg]
        lambda: tracked_call(lambda: None, provider="p", model="m", timeout=1, client=Client()),
    ],
    ids=["openai", "gemini", "context", "timeout"],
)
def test_refusals_quote_nothing(misuse: Any) -> None:
    with pytest.raises((TollbookError, TypeError)) as caught:
        misuse()
    assert traces_in([repr(caught.value).encode(), str(caught.value).encode()]) == []


def test_invalid_values_are_dropped_unquoted(caplog: pytest.LogCaptureFixture) -> None:
    def extract(_result: object) -> CallReport:
        raise ValueError(f"{OUTPUT} with {KEY}")

    def call() -> str:
        return OUTPUT

    events = EventList()
    configure(publisher=events)
    bad: dict[str, Any] = {"session_id": f"{PROMPT}\n" * 20, "end_user_id": Client(), "tags": {"a": Client()}}
    with caplog.at_level(logging.DEBUG, "tollbook_producers"), usage_context(**bad):
        assert tracked_call(call, provider=PROMPT, model="m", extract=extract) == OUTPUT
        with pytest.raises(RuntimeError, match="quince"):
            tracked_call(_fail, provider="p", model="m")
    configure()
    assert len(events) == 2
    assert caplog.records
    assert traces_in(part for event in events for part in encode_event(event)) == []
    assert traces_in(repr(record.__dict__).encode() for record in caplog.records) == []


def _fail() -> None:
    raise RuntimeError(f"{OUTPUT} with {KEY}")
