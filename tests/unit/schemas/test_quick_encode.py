"""The quick encoder writes what the full validator and its serializer would write, or nothing."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tollbook_schemas import UsageEvent
from tollbook_schemas.codec import canonical_json
from tollbook_schemas.ids import id_to_ms, ms_to_datetime
from tollbook_schemas.quick_encode import quick_json
from tollbook_schemas.usage import SECONDS_FIELDS
from unit.schemas.mutations import FULL, mutated
from unit.schemas.strategies import event, usage_events


def _fields(of: UsageEvent) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(canonical_json(of))
    return {name: value for name, value in fields.items() if name not in ("id", "created_at")}


def _slowly(fields: dict[str, Any]) -> bytes:
    times = {"id": FULL.id, "created_at": ms_to_datetime(id_to_ms(FULL.id))}
    return canonical_json(UsageEvent.model_validate({**fields, **times}))


@given(usage_events())
def test_what_producers_write_is_written(original: UsageEvent) -> None:
    value = canonical_json(original)
    is_left = b"\\" in value or any(getattr(original, name) is not None for name in SECONDS_FIELDS)
    assert quick_json(_fields(original), str(original.id)) == (None if is_left else value)


def test_nulls_are_left_out_and_what_is_always_said_is_added() -> None:
    fields = dict.fromkeys(("batch", "flags", "call_count"), None) | _fields(event())
    known = dict.fromkeys(UsageEvent.model_fields, None) | fields
    bare = {name: value for name, value in known.items() if name not in ("batch", "aggregate", "call_count", "flags")}
    assert quick_json(bare, str(FULL.id)) == _slowly({**bare, "flags": ()}) == quick_json(fields, str(FULL.id))


@settings(max_examples=1000)
@given(mutated())
def test_whatever_the_fields_nothing_else_is_written(record: bytes) -> None:
    try:
        fields = orjson.loads(record)
    except orjson.JSONDecodeError:
        return
    if isinstance(fields, dict) and (value := quick_json(fields, str(FULL.id))) is not None:
        assert value == _slowly(fields)


@settings(max_examples=500)
@given(
    st.sampled_from(sorted(UsageEvent.model_fields)),
    st.none() | st.booleans() | st.integers(-1, 10**11) | st.floats() | st.text(max_size=3) | st.just([]) | st.just({}),
)
def test_whatever_a_field_holds_nothing_else_is_written(name: str, held: object) -> None:
    fields = {**_fields(FULL), "input_audio_seconds": None, name: held}
    if (value := quick_json(fields, str(FULL.id))) is not None:
        assert value == _slowly(fields)


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": None},
        {"call_count": None},
        {"schema_version": 2},
        {"unknown": 1},
        {"raw_usage": {"a": "two words"}},
        {"cached_prompt_tokens": 101},
        {"provider_cost_usd": "0.50"},
        {"provider_cost_usd": "100000.1"},
        {"input_audio_seconds": 1.5},
        {"model": 'a "model"'},
        {"model": "\x7f"},
        {"model": "\ud800"},
        {"use_case": "Not a name"},
        {"workspace_id": 1},
    ],
    ids=str,
)
def test_what_is_not_sure_is_left(changes: dict[str, Any]) -> None:
    fields = _fields(event())
    assert quick_json(fields, str(FULL.id)) is not None
    assert quick_json(fields | changes, str(FULL.id)) is None


@pytest.mark.parametrize("event_id", ["", "x" * 36, str(FULL.id).upper(), str(FULL.id).replace("-7", "-4", 1)])
def test_odd_ids_are_left(event_id: str) -> None:
    assert quick_json(_fields(event()), event_id) is None
