"""Bodies as they pass by: read and filtered alike however they are cut."""

import json
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.openai_streams import DONE, chat_chunk, event, sse, usage_chunk
from tollbook_producers.bodies.events import BATCH_BYTES, Events
from tollbook_producers.bodies.hiding import UsageHidden
from tollbook_producers.bodies.watches import MAX_JSON_BYTES, Json, Unread, watch_of
from tollbook_producers.report import CallReport


class Fed:
    """A reader that keeps what it is fed."""

    markers: ClassVar[tuple[bytes, ...]] = (b'"usage":{',)

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def feed(self, message: object) -> None:
        self.messages.append(message)

    def report(self) -> CallReport:
        return CallReport()


def pieces(whole: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in cuts)})
    return [whole[start:end] for start, end in pairwise(places)]


TEXT = st.text(max_size=20) | st.sampled_from(["data: x\n\n", "[DONE]", '"usage":{', '"choices":[]', "[]"])
MESSAGES = st.lists(
    st.one_of(
        TEXT.map(lambda text: chat_chunk({"content": text})),
        st.just(usage_chunk()),
        st.just(usage_chunk(None)),
    ),
    max_size=8,
)


@given(MESSAGES, st.lists(st.integers(0, 10**6), max_size=30), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_events_are_read_and_hidden_however_they_are_cut(
    messages: list[dict[str, Any]], cuts: list[int], newline: bytes
) -> None:
    whole = b"".join(sse(messages)).replace(b"\n", newline)
    shown = b"".join([*map(event, [message for message in messages if not message.get("usage")]), DONE])
    reader, hidden = Fed(), UsageHidden()
    watch = Events(reader)
    passed = b""
    for piece in pieces(whole, cuts):
        watch.feed(piece)
        passed += hidden.feed(piece)
    watch.finish(is_whole=True)
    assert passed + hidden.finish() == shown.replace(b"\n", newline)
    assert watch.is_done
    marked = [message for message in messages if message.get("usage")]
    assert [message for message in reader.messages if message.get("usage")] == marked
    assert reader.messages[:1] == messages[:1]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_nonsense_passes_through_and_feeds_nothing_odd(chunks: list[bytes]) -> None:
    watch, hidden = Events(Fed()), UsageHidden()
    passed = b""
    for chunk in chunks:
        watch.feed(chunk)
        passed += hidden.feed(chunk)
    watch.finish(is_whole=False)
    assert passed + hidden.finish() == b"".join(chunks)


@pytest.mark.parametrize("size", [BATCH_BYTES // 3, BATCH_BYTES * 5])
def test_events_larger_than_a_batch(size: int) -> None:
    reader = Fed()
    watch = Events(reader)
    image = {"type": "image.completed", "b64_json": "A" * size, "usage": {"total_tokens": 1}}
    whole = b"".join(sse([{"type": "begun"}, image, {"type": "skipped"}, image]))
    for start in range(0, len(whole), 4096):
        watch.feed(whole[start : start + 4096])
    watch.finish(is_whole=True)
    assert [message["type"] for message in reader.messages] == ["begun", "image.completed", "image.completed"]


def test_json_in_parts() -> None:
    reader = Fed()
    watch = Json(reader)
    for byte in json.dumps({"usage": None}).encode():
        watch.feed(bytes([byte]))
    watch.finish(is_whole=True)
    assert (reader.messages, watch.is_done) == ([{"usage": None}], True)


def test_json_cut_off_or_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Fed()
    cut = Json(reader)
    cut.feed(b'{"usage": ')
    cut.finish(is_whole=False)
    assert not cut.is_done
    monkeypatch.setattr("tollbook_producers.bodies.watches.MAX_JSON_BYTES", 4)
    assert MAX_JSON_BYTES > 4
    large = Json(reader)
    large.feed(b'{"a"')
    large.feed(b": 1}")
    large.finish(is_whole=True)
    assert reader.messages == []


@pytest.mark.parametrize(
    ("kind", "stream", "watch"),
    [
        ("application/json", False, Json),
        ("text/plain", False, Json),
        ("", False, Json),
        ("application/json", True, Events),
        ("text/event-stream; charset=utf-8", False, Events),
        ("audio/mpeg", False, Unread),
        ("application/octet-stream", False, Unread),
    ],
)
def test_the_content_type_decides(kind: str, stream: bool, watch: type) -> None:
    assert type(watch_of({"content-type": kind}, Fed(), stream=stream)) is watch
