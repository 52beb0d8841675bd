"""Dimensions, measures and the changelog's records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_schemas import (
    MEASURES,
    Mark,
    OpenScope,
    RollupKey,
    RollupValue,
    StreamKind,
    UsageEvent,
    dimensions_of,
    measures_of,
)
from tollbook_schemas.dimensions import PROMPT_BANDS, prompt_band
from tollbook_schemas.measures import ZERO, add, from_sparse, negate, to_sparse
from tollbook_schemas.rollups import BadRollupRecordError, decode_rollup, encode_mark, encode_value, mark_key
from unit.schemas.strategies import HOUR_MS, event, usage_events

IMPORT_ID = "imp_" + "0" * 32
offsets = st.integers(0, 2**53)


def test_bands_are_strictly_above_their_threshold() -> None:
    assert prompt_band(None) == prompt_band(0) == prompt_band(32_000) == 0
    for threshold in PROMPT_BANDS:
        assert prompt_band(threshold) < threshold == prompt_band(threshold + 1)


def test_an_aggregate_takes_the_base_band() -> None:
    assert dimensions_of(event(prompt_tokens=300_000)).prompt_band == 272_000
    assert dimensions_of(event(prompt_tokens=300_000, aggregate=True)).prompt_band == 0


def test_calls_are_the_sum_of_call_count() -> None:
    row = to_sparse(measures_of(event(call_count=100, status="timeout", prompt_tokens=None, completion_tokens=None)))
    assert row == {"events": 1, "calls_timeout": 100}


def test_zero_and_null_differ() -> None:
    zero = to_sparse(measures_of(event(prompt_tokens=0, completion_tokens=None)))
    assert zero == {"events": 1, "calls_success": 1, "calls_with_usage": 1, "prompt_tokens_calls": 1}


def test_fractions_are_folded_as_integers() -> None:
    row = to_sparse(measures_of(event(input_audio_seconds="3.217", provider_cost_usd="0.00011765")))
    assert row["input_audio_ms"] == 3217
    assert row["provider_cost_e10"] == 1_176_500


@given(st.lists(usage_events(), max_size=8), st.randoms(use_true_random=False))
def test_the_sum_does_not_depend_on_the_order(events, random) -> None:  # type: ignore[no-untyped-def]
    rows = [measures_of(item) for item in events]
    shuffled = random.sample(rows, len(rows))
    left = right = ZERO
    for row in rows:
        left = add(left, row)
    for row in shuffled:
        right = add(right, row)
    assert left == right
    assert add(left, negate(right)) == ZERO
    assert from_sparse(to_sparse(left)) == left


@given(usage_events(), st.integers(0, 1023), offsets, st.none() | st.just(IMPORT_ID))
def test_a_total_survives_the_changelog(
    original: UsageEvent, partition: int, applied: int, import_id: str | None
) -> None:
    key = RollupKey(partition, import_id, original.created_ms, dimensions_of(original))
    value = RollupValue(applied, measures_of(original))
    encoded = encode_value(key.encode(), value)
    kind: StreamKind = "live" if import_id is None else "import"
    other: StreamKind = "import" if import_id is None else "live"
    assert decode_rollup(kind, partition, key.encode(), encoded) == (key, value)
    with pytest.raises(BadRollupRecordError):
        decode_rollup(kind, partition + 1, key.encode(), encoded)
    with pytest.raises(BadRollupRecordError):
        decode_rollup(other, partition, key.encode(), encoded)


@given(
    st.integers(-1, 2**53),
    offsets,
    st.dictionaries(offsets, st.builds(OpenScope, offsets, offsets), max_size=4),
    st.dictionaries(st.just(IMPORT_ID), offsets),
)
def test_a_mark_survives_the_changelog(through, clock, scopes, ended) -> None:  # type: ignore[no-untyped-def]
    mark = Mark(through, clock, scopes, ended, floor=7, width_ms=HOUR_MS)
    assert decode_rollup("live", 3, mark_key(3), encode_mark(mark_key(3), mark)) == mark


@given(usage_events(), st.data())
def test_a_damaged_total_is_recognised(original: UsageEvent, data: st.DataObject) -> None:
    key = RollupKey(0, None, 0, dimensions_of(original)).encode()
    value = bytearray(encode_value(key, RollupValue(1, measures_of(original))))
    at = data.draw(st.integers(0, len(value) - 1))
    value[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadRollupRecordError):
        decode_rollup("live", 0, key, bytes(value))


@given(st.none() | st.binary(max_size=60), st.binary(max_size=60))
def test_garbage_is_recognised(key: bytes | None, value: bytes) -> None:
    with pytest.raises(BadRollupRecordError):
        decode_rollup("live", 0, key, value)


def test_a_total_under_another_key_is_recognised() -> None:
    first = RollupKey(0, None, 0, dimensions_of(event(model="a"))).encode()
    second = RollupKey(0, None, 0, dimensions_of(event(model="b"))).encode()
    value = encode_value(first, RollupValue(1, measures_of(event())))
    with pytest.raises(BadRollupRecordError, match="checksum"):
        decode_rollup("live", 0, second, value)


def test_the_measures_are_unique() -> None:
    assert len(set(MEASURES)) == len(MEASURES) == 46
