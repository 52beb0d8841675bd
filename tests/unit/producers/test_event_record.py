"""An event's record is the same whether it is made quickly or by the full validator."""

from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tollbook_producers.event_builder import build_event, event_record
from tollbook_producers.facts import CallSpec, outcome
from tollbook_producers.later import read_facts
from tollbook_producers.normalize.openai.plain import unread_chat
from tollbook_schemas import UsageEvent, encode_event, new_event_id
from tollbook_schemas.quick_encode import quick_json

USUAL = {"prompt_tokens": 16, "completion_tokens": 3, "total_tokens": 19, "prompt_tokens_details": {"cached_tokens": 0}}
ANSWER = {"id": "chatcmpl-1", "model": "gpt-4.1-nano-2025-04-14", "service_tier": "default", "usage": USUAL}
FACTS: dict[str, Any] = {"use_case": "x", "provider": "p", "model": "m", "status": "success"}

NAMES = sorted(set(UsageEvent.model_fields) - {"id", "created_at", "status"})
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2**53) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def _slowly(facts: dict[str, Any], event_id: str) -> tuple[bytes, bytes]:
    return encode_event(build_event(facts, UUID(event_id)))


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from([*NAMES, "unknown"]), anything, max_size=6))
def test_whatever_the_facts_the_record_is_the_same(given_facts: dict[str, Any]) -> None:
    facts, event_id = {**FACTS, **given_facts}, str(new_event_id())
    facts.pop("schema_version", None)  # the builder has no substitute for one that is wrong
    assert event_record(facts, event_id) == _slowly(facts, event_id)


def test_a_usual_answer_needs_no_validator() -> None:
    report = unread_chat(orjson.dumps(ANSWER))
    assert report is not None
    spec = CallSpec(
        "openai", "gpt-4.1-nano", {"use_case": "barbara_analysis", "workspace_id": "acme", "tags": {"a": "b"}}
    )
    facts = orjson.loads(orjson.dumps(outcome(spec, report, None, {"latency_ms": 3, "time_to_first_chunk_ms": None})))
    key, value = event_record(facts, event_id := str(new_event_id()))
    assert (key, value) == _slowly(facts, event_id)
    assert quick_json(read_facts(facts), event_id) == value
