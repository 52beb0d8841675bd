"""Counts that are read later are those that would have been read at once."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.attribution import NOTHING
from tollbook_producers.event_builder import build_event
from tollbook_producers.facts import CallSpec, outcome
from tollbook_producers.normalize import reader_for
from tollbook_producers.normalize.openai.plain import unread_chat
from tollbook_schemas import new_event_id

SPEC = CallSpec("openai", "gpt-4.1-nano", NOTHING)
TIMES = {"latency_ms": 3, "time_to_first_chunk_ms": None}

counts = st.none() | st.integers(-3, 50) | st.integers(-(2**63), 2**64 - 1)
details = st.dictionaries(st.sampled_from(["cached_tokens", "cache_write_tokens", "audio_tokens", "other"]), counts)
usages: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "prompt_tokens": counts,
        "completion_tokens": counts,
        "total_tokens": counts,
        "cost_in_usd_ticks": counts,
        "prompt_tokens_details": st.none() | details,
        "completion_tokens_details": st.none() | st.dictionaries(st.just("reasoning_tokens"), counts) | st.just([]),
        "note": st.just("plum"),
    },
)
words = st.none() | st.text(max_size=4) | st.integers()


@given(usage=usages | st.none() | st.just("12"), model=words, tier=words, error=st.none() | st.just({"code": 429}))
def test_later_is_the_same_as_at_once(usage: Any, model: Any, tier: Any, error: Any) -> None:
    answer = {"id": "chatcmpl-1", "choices": [{"index": 0, "finish_reason": "stop"}], "usage": usage}
    answer |= {"model": model, "service_tier": tier, "error": error}
    unread = unread_chat(json.dumps(answer).encode())
    if unread is None:
        return
    reader = reader_for("openai", "chat.completions")
    reader.feed(answer)
    event_id = new_event_id()
    on_disk = orjson.loads(orjson.dumps(outcome(SPEC, unread, None, TIMES)))
    assert build_event(on_disk, event_id) == build_event(outcome(SPEC, reader.report(), None, TIMES), event_id)


def test_usual_usage_is_read_later_and_any_text_at_once() -> None:
    usual = {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 0}}
    assert unread_chat(orjson.dumps({"usage": usual})) is not None
    odds: tuple[Any, ...] = (
        None,
        {},
        [],
        {"usage": None},
        {"usage": "x"},
        {"usage": {**usual, "prompt_tokens": "plum"}},
    )
    assert [unread_chat(orjson.dumps(odd)) for odd in odds] == [None] * len(odds)
    for texts in (
        {"plum": 1},
        {"prompt_tokens_details": {"plum": 1}},
        {"prompt_tokens_details": {"cached_tokens": ""}},
    ):
        assert unread_chat(orjson.dumps({"usage": {**usual, **texts}})) is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"plum", b'{"usage":{"prompt_tokens":1}', b'{"usage":{},"id":"\xff"}', b"[" * 100_000),
        *(b'{"usage":{"prompt_tokens":%b}}' % count for count in (b"1.0", b"true", b"-1", b"10000000001", b"1e400")),
    ],
    ids=lambda body: body[:40],
)
def test_what_is_not_plain_is_left_to_the_reader(body: bytes) -> None:
    assert unread_chat(body) is None
