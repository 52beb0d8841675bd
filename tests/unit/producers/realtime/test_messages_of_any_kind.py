"""Whatever passes over the socket: nothing raises, and audio is never parsed."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.provider_events import EventList
from tollbook_producers.attribution import attribution
from tollbook_producers.facts import CallSpec
from tollbook_producers.realtime import session as session_module
from tollbook_producers.realtime.begin import begin_gemini, begin_openai
from tollbook_producers.realtime.markers import Markers
from tollbook_producers.realtime.session import Session
from unit.producers.realtime.messages import audio_delta, response_created, response_done, session_created, usage

MARKERS = Markers(b'"response.done"', b"session.created")
SPEC = CallSpec("openai", "m", attribution({}))

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
)
kinds = st.sampled_from(["response.created", "response.done", "session.created", "session.update", "error", "x"])
events_of_any_shape = st.fixed_dictionaries(
    {"type": kinds | json_values},
    optional={"response": json_values, "session": json_values, "usage": json_values, "item_id": json_values},
)
lives_of_any_shape = st.fixed_dictionaries({"usageMetadata": json_values, "serverContent": json_values})


def openai_session(*, per_response: bool = False) -> Session:
    begun = begin_openai(SPEC, per_response=per_response)
    assert begun is not None
    return begun


@pytest.fixture
def no_warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(session_module, "warn_once", lambda kind, error=None: said.append(f"{kind} {error!r}"))
    return said


def test_sessions_of_any_messages(events: EventList, no_warnings: list[str]) -> None:
    @given(st.lists(events_of_any_shape | json_values, max_size=5), st.booleans())
    def check(messages: list[Any], per_response: bool) -> None:
        events.clear()
        session = openai_session(per_response=per_response)
        for message in messages:
            session.received(json.dumps(message))
            session.sent(json.dumps(message).encode())
        session.end()
        session.end()
        assert per_response or len(events) == 1

    check()
    assert not no_warnings


def test_live_sessions_of_any_messages(events: EventList, no_warnings: list[str]) -> None:
    @given(st.lists(lives_of_any_shape, max_size=5))
    def check(messages: list[Any]) -> None:
        events.clear()
        session = begin_gemini(SPEC)
        assert session is not None
        for message in messages:
            session.received(json.dumps(message).encode())
        session.end()
        assert len(events) == 1

    check()
    assert not no_warnings


BASE64 = "A" * 5000
LONG = [
    (f'{{"data":"{BASE64}","type":"response.done"}}', True),
    (f'{{"data" : "{BASE64}"}}', False),
    (f'{{"data":"{BASE64}","x":{{"data":"{BASE64}"}},"type":"response.done"}}', True),
    (f'{{"x":"{BASE64}","type":"response.done"}}', True),
    (f'{{"text":"\\"data\\":\\"","type":"response.done","x":"{BASE64}"}}', True),
    (f'{{"data":"\\"{BASE64}","type":"response.done"}}', True),
    (f'{{"data":"{BASE64}', False),
]


@pytest.mark.parametrize(("message", "marked"), LONG)
def test_markers_around_inline_data(message: str, marked: bool) -> None:
    assert MARKERS.are_in(message) is MARKERS.are_in(message.encode()) is marked


@pytest.mark.parametrize("message", [b"", "", b"\xff\xfe", '{"type": "response.done"', '[1, "response.done"]'])
def test_what_is_no_event(events: EventList, message: str | bytes) -> None:
    session = openai_session()
    session.received(message)
    session.received(orjson.dumps(response_done("resp_1", usage())))
    session.end()
    assert events.only.total_tokens == 65


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 10**400])
def test_what_the_sdk_can_parse_is_parsed(events: EventList, odd: float) -> None:
    """Python's own parser takes more than JSON."""
    session = openai_session()
    session.received(json.dumps({**response_done("resp_1", usage()), "odd": odd}))
    session.end()
    assert events.only.total_tokens == 65


def test_only_marked_messages_are_parsed(events: EventList, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[Any] = []

    def loads(message: str | bytes) -> Any:
        parsed.append(json.loads(message))
        return parsed[-1]

    monkeypatch.setattr(orjson, "loads", loads)
    session = openai_session()
    said = [session_created(), audio_delta(), response_created("resp_1"), response_done("resp_1", usage())]
    for message in [*said, audio_delta(100_000), {"type": "response.output_text.delta", "delta": '"response.done"'}]:
        session.received(json.dumps(message).encode())
        session.received(json.dumps(message))
    for _ in range(3):
        session.sent(json.dumps({"type": "input_audio_buffer.append", "audio": "A" * 1000}))
    session.end()
    assert [message["type"] for message in parsed] == [
        kind for kind in ("session.created", "response.created", "response.done") for _ in range(2)
    ]
    assert events.only.call_count == 1


@pytest.mark.parametrize(
    ("message", "marked"),
    [
        (b'{"type":"response.done"}', True),
        (b' {\n "type" : "response.done"}', True),
        (b'{"usage": 1, "type": "response.done"}', True),
        (b'{"type":"response.output_audio.delta","delta":"\\"response.done\\""}', False),
        (b'{ "type": "response.text.delta" , "delta": "session.created"}', False),
        (b'{"delta":"AAAA","type":"response.output_audio.delta"}', False),
        (b'{"x":{"type":"a.delta"},"type":"session.created"}', True),
    ],
)
def test_markers(message: bytes, marked: bool) -> None:
    assert MARKERS.are_in(message) is MARKERS.are_in(message.decode()) is marked
