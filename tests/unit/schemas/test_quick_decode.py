"""The quick decoder takes a record only where the full validator takes it too, and with the same event and digest."""

import hashlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tollbook_schemas import UnknownSchemaVersionError, UsageEvent, content_digest, decode, encode_event
from tollbook_schemas.canonical_event import CanonicalEvent
from tollbook_schemas.codec import DecodedEvent, DecodedFields, canonical_json, decode_for_ledger
from tollbook_schemas.dimensions import dimensions_of
from tollbook_schemas.measures import measures_of
from tollbook_schemas.quick_decode import quick_event
from unit.schemas.mutations import FULL, RECORDS, USUAL, mutated
from unit.schemas.strategies import event, usage_events


def _agrees(value: bytes) -> bool:
    """Whether the record was taken; fails where the quick decoder and the full validator differ."""
    quick = quick_event(value)
    if quick is None:
        return False
    full = UsageEvent.model_validate_json(value)
    assert quick == full
    assert _typed(quick) == _typed(full)
    assert canonical_json(full) == canonical_json(quick) == value
    return True


def _typed(one: UsageEvent) -> dict[str, tuple[type, str]]:
    """Types and digits too: 1, True and 1.0 are equal, and so are 1.50 and 1.5."""
    return {name: (type(getattr(one, name)), str(getattr(one, name))) for name in UsageEvent.model_fields}


@given(usage_events())
def test_what_producers_write_is_taken(original: UsageEvent) -> None:
    key, value = encode_event(original)
    if b"\\" not in value:  # a quotation mark or a backslash in a name: rare, and left to the full validator
        assert _agrees(value)
        decoded = decode("live", key, value)
        assert isinstance(decoded, DecodedEvent)
        assert decoded.canonical == value
        assert decoded.digest() == content_digest(original) == hashlib.sha256(value).digest()


@pytest.mark.parametrize("value", RECORDS, ids=range(len(RECORDS)))
def test_full_records_are_taken(value: bytes) -> None:
    assert _agrees(value)


@settings(max_examples=1500)
@given(mutated())
def test_a_mutated_record_is_taken_only_if_it_is_canonical_and_valid(value: bytes) -> None:
    _agrees(value)


@given(mutated())
def test_the_digest_is_that_of_the_event_whatever_the_bytes(value: bytes) -> None:
    try:
        decoded = decode("live", str(FULL.id).encode(), value)
    except UnknownSchemaVersionError:
        return
    if isinstance(decoded, DecodedEvent):
        assert decoded.digest() == hashlib.sha256(canonical_json(decoded.event)).digest()


@given(st.one_of(st.floats(0, 1.1e7), st.decimals(0, 10**7, places=3).map(float)))
def test_seconds(seconds: float) -> None:
    body = {**orjson.loads(RECORDS[0]), "input_audio_seconds": seconds}
    taken = _agrees(orjson.dumps(body, option=orjson.OPT_SORT_KEYS))
    assert taken == (seconds <= 1e7 and round(seconds, 3) == seconds)


@given(st.one_of(st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,11})?", fullmatch=True), st.text("0123456789.e+-", max_size=9)))
def test_costs(cost: str) -> None:
    body = {**orjson.loads(RECORDS[0]), "provider_cost_usd": cost}
    _agrees(orjson.dumps(body, option=orjson.OPT_SORT_KEYS))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"batch":false,', b'"batch":false,"batch":false,'),
        (b'"batch":false,', b'"batch":true,"batch":false,'),
        (b'"prompt_tokens":100', b'"prompt_tokens":1e2'),
        (b'"prompt_tokens":100', b'"prompt_tokens":100.0'),
        (b'"prompt_tokens":100', b'"prompt_tokens": 100'),
        (b'"attempts":1,', b'"attempts":null,'),
        (b'"attempts":1,', b'"attempts":-0,'),
        (b'"flags":["x_clamped"],', b""),
        (b'"schema_version":1,', b""),
        (b'"model":"gpt-4.1"', b'"model":"gpt-\\u0034.1"'),
        (b'"model":"gpt-4.1"', b'"model":"\\ud800"'),
        (b'"model":"gpt-4.1"', b'"model":"\x7f"'),
        (b'"model":"gpt-4.1"', b'"model":"\xff"'),
        (b'"use_case":"barbara_analysis"', b'"unknown":1,"use_case":"barbara_analysis"'),
        (b'"tags":{"a":"1","b":"2"}', b'"tags":{"b":"2","a":"1"}'),
        (b'"raw_usage":{"a":', b'"raw_usage":{ "a":'),
        (b'"raw_usage":{"a":', b'"raw_usage":{"a":1,"a":'),
        (b'"input_audio_seconds":1.5', b'"input_audio_seconds":1.50'),
        (b'"provider_cost_usd":"0.5"', b'"provider_cost_usd":"0.50"'),
        (b'"created_at":"2023-11-14T22:13:20.000Z"', b'"created_at":"2023-11-14T22:13:20Z"'),
        (b'"created_at":"2023-11-14T22:13:20.000Z"', b'"created_at":"2023-11-14T23:13:20.000+01:00"'),
    ],
    ids=str,
)
def test_what_is_not_canonical_is_left_to_the_full_validator(old: bytes, new: bytes) -> None:
    assert RECORDS[0].count(old) == 1
    assert quick_event(RECORDS[0].replace(old, new)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"raw_usage": {"a": "two words"}},
        {"raw_usage": {"two words": 1}},
        {"raw_usage": {"a": [[[[[1]]]]]}},
        {"raw_usage": {"a": [1] * 201}},
        {"raw_usage": {"a": 2**53 + 1}},
        {"id": str(FULL.id).replace("-7", "-4", 1)},
        {"created_at": "2023-11-14T22:13:20.001Z"},
        {"prompt_tokens": 10**10 + 1},
        {"call_count": 0},
        {"cached_prompt_tokens": 101},
        {"provider_cost_usd": "100000.1"},
        {"model": ""},
        {"model": "ö" * 201},
        {"environment": "x" * 65},
        {"use_case": "Barbara"},
        {"error_type": "two words"},
        {"flags": ["two words"]},
        {"flags": ["x"] * 17},
        {"tags": {str(number): "x" for number in range(17)}},
        {"tags": {"a": ""}},
        {"status": "cancelled"},
        {"schema_version": 0},
    ],
    ids=str,
)
def test_what_is_canonical_json_and_no_event_is_not_taken(changes: dict[str, Any]) -> None:
    value = orjson.dumps({**orjson.loads(RECORDS[0]), **changes}, option=orjson.OPT_SORT_KEYS)
    assert quick_event(value) is None
    with pytest.raises(ValueError, match="validation error"):
        UsageEvent.model_validate_json(value)


def test_every_field_of_the_event_stands_in_its_canonical_form() -> None:
    assert set(CanonicalEvent.__struct_fields__) == set(UsageEvent.model_fields)
    assert list(CanonicalEvent.__struct_fields__) == sorted(CanonicalEvent.__struct_fields__)


def test_an_event_so_made_is_an_event_like_any_other() -> None:
    quick = quick_event(RECORDS[0])
    assert quick is not None
    full = UsageEvent.model_validate_json(RECORDS[0])
    changes: dict[str, Any] = {"prompt_tokens": 1000}
    assert quick.model_copy(update=changes) == full.model_copy(update=changes)
    assert quick.model_copy(deep=True) == full
    assert quick.model_dump() == full.model_dump()
    assert hash(quick.id) == hash(full.id)
    assert quick.created_at.utcoffset() == full.created_at.utcoffset()
    with pytest.raises(ValueError, match="frozen"):
        quick.prompt_tokens = 1  # type: ignore[misc]  # frozen: that is what is tried
    assert quick != event()


def _ledger_agrees(key: bytes, value: bytes) -> bool:
    """Whether the bare fields were taken; fails where they say anything else than the event does."""
    try:
        decoded = decode("live", key, value)
    except UnknownSchemaVersionError:
        with pytest.raises(UnknownSchemaVersionError):
            decode_for_ledger("live", key, value)
        return False
    found = decode_for_ledger("live", key, value)
    if not isinstance(found, DecodedFields):
        assert found == decoded
        return False
    assert isinstance(decoded, DecodedEvent)
    assert found.digest() == content_digest(decoded.event)
    assert found.event.created_ms == decoded.event.created_ms
    assert dimensions_of(found.event) == dimensions_of(decoded.event)
    assert measures_of(found.event) == measures_of(decoded.event)
    return True


def _key_in(value: bytes) -> bytes:
    begin = value.find(b',"id":"') + 7
    return value[begin : begin + 36]


@settings(max_examples=600)
@given(mutated() | usage_events().map(lambda one: encode_event(one)[1]))
def test_bare_fields_are_taken_only_of_the_same_event(value: bytes) -> None:
    _ledger_agrees(_key_in(value), value)


def test_a_usual_record_is_taken_as_bare_fields() -> None:
    assert _ledger_agrees(*encode_event(USUAL))
    assert _ledger_agrees(*encode_event(event(raw_usage={"a": 1, "b": {"c": 2}}, tags={"a": "1", "b": "2"})))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"a":"1","b":"2"}', b'{"b":"2","a":"1"}'),
        (b'{"c":1,"d":2}', b'{"d":2,"c":1}'),
        (b'{"c":1,"d":2}', b'{ "c":1,"d":2}'),
        (b'{"c":1,"d":2}', b'{"c":1,"d":-0}'),
        (b'{"c":1,"d":2}', b'{"c":0,"c":1,"d":2}'),
    ],
)
def test_parts_in_another_form_have_the_digest_of_the_canonical_one(old: bytes, new: bytes) -> None:
    key, value = encode_event(event(tags={"a": "1", "b": "2"}, raw_usage={"c": 1, "d": 2}))
    assert _ledger_agrees(key, value)
    assert old in value
    assert not _ledger_agrees(key, value.replace(old, new))
