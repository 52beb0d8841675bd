"""Whatever JSON comes over the wire, on every surface: nothing raises, and the call makes a valid event."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.call import event_id_of
from tollbook_producers.event_builder import build_event
from tollbook_producers.facts import CallSpec, outcome
from tollbook_producers.normalize import at_end_of_stream, reader_for, session_reader_for
from tollbook_producers.normalize.registry import session_surfaces_of, surfaces_of
from tollbook_producers.report import CallReport
from tollbook_schemas import UsageEvent, encode_event
from unit.producers.test_normalize_fuzz import gemini_usage, json, openai_usage, unhurried

CALLS = [(provider, surface) for provider in ("openai", "gemini") for surface in surfaces_of(provider)]
SESSIONS = [(provider, surface) for provider in ("openai", "gemini") for surface in session_surfaces_of(provider)]

small = st.integers(-1, 60) | st.sampled_from(["12", "", 1.5, True, None, 10**11, 10**400])
tokens_usage = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["input_tokens", "output_tokens", "total_tokens", "total_input_tokens", "seconds"], small),
        "type": st.sampled_from(["duration", "tokens"]) | json,
        "input_token_details": st.dictionaries(st.sampled_from(["cached_tokens", "audio_tokens"]), small) | json,
        "output_tokens_details": st.dictionaries(st.sampled_from(["reasoning_tokens"]), small) | json,
        "server_side_tool_usage_details": st.just({"web_search_calls": 2}) | json,
        "grounding_tool_count": st.just([{"type": "google_search", "count": 1}]) | json,
        "billable_audio_seconds": small,
    },
)
usage = json | openai_usage | gemini_usage | tokens_usage
words = st.sampled_from(
    [
        "completed",
        "failed",
        "in_progress",
        "error",
        "response.done",
        "response.completed",
        "interaction.completed",
        "session.created",
        "conversation.item.input_audio_transcription.completed",
        "image_edit.completed",
        "transcript.text.done",
        "BATCH_STATE_SUCCEEDED",
        "JOB_STATE_FAILED",
        "2026-05-15T18:52:36Z",
    ]
)
any_text = words | st.just("z" * 300) | st.text(st.characters(), max_size=5)  # lone surrogates too
times = st.integers() | st.floats() | words | json
fields: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        ["id", "name", "model", "modelVersion", "responseId", "type", "event_type", "status"], any_text | json
    ),
    **dict.fromkeys(["state", "service_tier", "item_id"], any_text | json),
    **dict.fromkeys(["usage", "usageMetadata", "svg_usage"], usage),
    **dict.fromkeys(["created_at", "completed_at", "failed_at", "updated", "endTime", "duration"], times),
    **dict.fromkeys(["choices", "candidates", "output", "data", "predictions"], st.lists(json, max_size=2) | json),
    **dict.fromkeys(["error", "status_details", "tool_usage", "request_counts", "batchStats", "session"], json),
    "background": st.booleans() | json,
    "done": st.booleans() | json,
}
flat = st.fixed_dictionaries({}, optional=fields)
nested = st.builds(
    lambda outer, key, inner: {**outer, key: inner},
    flat,
    st.sampled_from(["response", "interaction", "metadata", "session", "promptFeedback"]),
    flat,
)
messages = st.lists(json | flat | nested, max_size=3)
requests = json | st.fixed_dictionaries({}, optional={"n": small, "prompt": json, "model": json, "stream": json})


def check(report: CallReport) -> None:
    spec = CallSpec("openai", "m", {})
    event = build_event(outcome(spec, report, None, {}), UUID(event_id_of(spec, report)))
    assert UsageEvent.model_validate_json(encode_event(event)[1]) == event
    assert event.status.value in ("success", "missing_usage", "error")
    assert (event.status.value == "error") == (event.error_type is not None)


@unhurried
@given(st.sampled_from(CALLS), messages, requests)
def test_calls(call: tuple[str, str], wire: list[Any], request: Any) -> None:
    reader = reader_for(*call, request if isinstance(request, dict) else None)
    for message in wire:
        reader.feed(message)
    check(reader.report())
    check(at_end_of_stream(reader.report()))


@unhurried
@given(st.sampled_from(SESSIONS), messages)
def test_sessions(session: tuple[str, str], wire: list[Any]) -> None:
    reader = session_reader_for(*session)
    for message in wire:
        for found in reader.feed(message):
            check(found.report)


@pytest.mark.parametrize("provider", ["openai", "gemini"])
@pytest.mark.parametrize("key", ["usage", "usageMetadata"])
@unhurried
@given(value=usage)
def test_any_json_in_place_of_usage(provider: str, key: str, value: object) -> None:
    for surface in surfaces_of(provider):
        reader = reader_for(provider, surface)
        reader.feed({key: value, "status": "completed"})
        check(reader.report())
