"""What a fold takes the short way is what the full validator takes, and comes to the same row, window and measures."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.json import Decoder

from tollbook_schemas import UnknownSchemaVersionError, UsageEvent, encode_event
from tollbook_schemas.codec import DecodedEvent, decode, decode_for_fold
from tollbook_schemas.dimensions import dimensions_of
from tollbook_schemas.measures import MEASURES, add, add_event, add_reported, measures_of, reported
from tollbook_schemas.quick_usage import quick_usage
from tollbook_schemas.raw_shape import is_surely_allowed
from tollbook_schemas.raw_usage import check_raw_usage
from unit.schemas.mutations import RECORDS, USUAL, mutated
from unit.schemas.strategies import event, usage_events

RAW_OPENAI = {
    "completion_tokens": 207,
    "completion_tokens_details": {"accepted_prediction_tokens": 0, "reasoning_tokens": 0},
    "prompt_tokens": 6857,
    "total_tokens": 7064,
}


def key_in(value: bytes) -> bytes:
    """The key of a record, from where the id stands in it."""
    begin = value.find(b',"id":"') + 7
    return value[begin : begin + 36]


def taken(key: bytes, value: bytes) -> bool:
    """Whether the record was taken; fails where the short way and the full validator differ."""
    found = quick_usage(key, value)
    if found is None:
        return False
    full = UsageEvent.model_validate_json(value)
    assert key == str(full.id).encode()
    assert found.created_ms == full.created_ms
    assert dimensions_of(found) == dimensions_of(full)
    measures = [0] * len(MEASURES)
    add_event(measures, found)
    assert tuple(measures) == measures_of(full)
    return True


@given(usage_events())
def test_what_producers_write_comes_to_the_same_row(original: UsageEvent) -> None:
    taken(*encode_event(original))


@pytest.mark.parametrize(
    "original",
    [
        event(),
        event(raw_usage=RAW_OPENAI),
        event(status="error", prompt_tokens=None, completion_tokens=None),
        USUAL,
        event(input_audio_tokens=0, output_audio_tokens=0, cached_prompt_tokens=0, cached_image_tokens=0),
        event(input_audio_tokens=90, cached_prompt_tokens=20, cached_audio_tokens=20, cache_write_tokens=5),
    ],
    ids=("plain", "raw usage", "error", "usual", "zeros", "audio and cache"),
)
def test_usual_records_are_taken(original: UsageEvent) -> None:
    assert taken(*encode_event(original))


@pytest.mark.parametrize("field", ["input_audio_tokens", "output_audio_tokens", "cache_write_tokens"])
def test_a_subset_beyond_its_whole_is_not_taken(field: str) -> None:
    key, value = encode_event(event(**{field: 7}))
    assert quick_usage(key, value.replace(b'"%s":7' % field.encode(), b'"%s":101' % field.encode())) is None


@given(st.lists(usage_events(), max_size=8))
def test_many_at_once_say_what_each_says(events: list[UsageEvent]) -> None:
    nothing = {"input_audio_seconds": None, "provider_cost_usd": None}
    plain = [one.model_copy(update=nothing) for one in events]
    measures = [0] * len(MEASURES)
    add_reported(measures, [reported(one) for one in plain])
    total = (0,) * len(MEASURES)
    for one in plain:
        total = add(total, measures_of(one))
    assert tuple(measures) == total


@settings(max_examples=600)
@given(mutated())
def test_a_mutated_record_is_taken_only_if_it_is_valid(value: bytes) -> None:
    taken(key_in(value), value)


@given(mutated() | st.sampled_from(RECORDS), st.sampled_from([bytes, bytes.upper, bytes.swapcase, bytes.title]))
def test_folding_and_the_ledger_decide_alike(value: bytes, form: Callable[[bytes], bytes]) -> None:
    key = form(key_in(value))
    try:
        decoded = decode("live", key, value)
    except UnknownSchemaVersionError:
        with pytest.raises(UnknownSchemaVersionError):
            decode_for_fold("live", key, value)
        return
    for_fold = decode_for_fold("live", key, value)
    if isinstance(decoded, DecodedEvent):
        assert not isinstance(for_fold, type(decoded))
        assert dimensions_of(for_fold.event) == dimensions_of(decoded.event)  # type: ignore[union-attr]  # it has one
        assert for_fold.import_id == decoded.import_id  # type: ignore[union-attr]  # as above
    else:
        assert for_fold == decoded


def test_an_imported_record_needs_its_header() -> None:
    key, value = encode_event(event())
    assert decode_for_fold("import", key, value) == decode("import", key, value)
    import_id = b"imp_" + b"0" * 32
    assert decode_for_fold("import", key, value, [("import_id", import_id)]).import_id == import_id.decode()  # type: ignore[union-attr]  # it is an event


_words = st.from_regex(r"[A-Za-z0-9_.:/-]{0,66}", fullmatch=True) | st.sampled_from(["a", "a1", "1", "two words", "é"])
_leaves = (
    st.integers(-(2**54), 2**54)
    | st.integers(0, 99)
    | st.sampled_from([None, True, 2**53, 2**53 + 1, -(2**53) - 1, 10**15, 10**16, 1.5, 1e-7])
    | _words
)
_values = st.recursive(_leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=4))
_objects = st.dictionaries(_words, _values)


@settings(max_examples=300)
@given(_objects, st.text("0123456789", max_size=70), st.integers(0, 400))
@example({"a": {"b": {"c": {"d": {"e": 1}}}}}, "", 0)
@example({"a": {"b": {"c": {"d": [1]}}}}, "", 0)
@example({"a" * 60: 1}, "12345", 3)
@example({"a": 1}, "9007199254740993", 6)
@example({"a": 1, "b": 1}, "0", 6)
def test_a_raw_usage_whose_shape_passes_passes(raw: dict[str, Any], digits: str, at: int) -> None:
    written = orjson.dumps(raw)
    text = written[:at] + digits.encode() + written[at:]
    assume(b"\\" not in text)
    if is_surely_allowed(text) and is_json(text):
        check_raw_usage(orjson.loads(text))


@pytest.mark.parametrize(
    "text",
    [b"{", b'{"a":}', b'{"a":01}', b'{"a":-}', b'{"a":--1}', b'{"a":tr1ue}', b'{"a":1,}', b'{"a":1 2}', b'{1"a":1}'],
    ids=str,
)
def test_what_is_no_json_is_never_read_so_far(text: bytes) -> None:
    assert not is_json(text)


def test_usual_shapes_pass_whatever_the_numbers() -> None:
    assert is_surely_allowed(orjson.dumps(RAW_OPENAI))
    assert is_surely_allowed(orjson.dumps({**RAW_OPENAI, "prompt_tokens": 9_999_999, "total_tokens": 99_999_999}))
    assert not is_surely_allowed(orjson.dumps({**RAW_OPENAI, "prompt_tokens": 10**16}))
    assert not is_surely_allowed(orjson.dumps({**RAW_OPENAI, "note": "two words"}))
    assert not is_surely_allowed(b"[1]")
    assert not is_surely_allowed(orjson.dumps({"a": [1] * 201}))


def is_json(text: bytes) -> bool:
    """Whether the decoder of events would read it as a field that it leaves alone."""
    try:
        Decoder(Raw).decode(text)
    except ValueError:
        return False
    return True
