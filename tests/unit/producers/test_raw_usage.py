import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.normalize import reduce_raw_usage
from tollbook_producers.normalize.raw_usage import ENUMERATIONS, MAX_NODES
from tollbook_schemas.raw_usage import MAX_DEPTH, MAX_LEAVES, is_allowed_leaf

DROPPED = object()


def test_numbers_and_enumerations_stay_and_text_goes() -> None:
    usage = {
        "prompt_tokens": 3,
        "service_tier": "default",
        "trafficType": "ON_DEMAND",
        "ratio": 0.5,
        "cached": None,
        "is_estimate": True,
        "note": "Tell me about your week",
        "tier": "sk-1234",
        "type": "a phrase",
        "modality": "sk-1234",
        "a key with spaces": 1,
        "nan": math.nan,
        "huge": 2**60,
        "details": [{"modality": "TEXT", "tokenCount": 3}, "a sentence, again", "word", [True]],
    }
    assert reduce_raw_usage(usage) == {
        "prompt_tokens": 3,
        "service_tier": "default",
        "trafficType": "ON_DEMAND",
        "ratio": 0.5,
        "cached": None,
        "is_estimate": True,
        "details": [{"modality": "TEXT", "tokenCount": 3}, [True]],
    }


def test_what_is_too_deep_goes() -> None:
    assert reduce_raw_usage({"a": {"b": {"c": {"d": 1, "e": {"f": 1}}}}}) == {"a": {"b": {"c": {"d": 1, "e": {}}}}}


def test_values_are_bounded() -> None:
    reduced = reduce_raw_usage({"many": list(range(10_000))})
    assert reduced == {"many": list(range(MAX_LEAVES))}


def test_empty_objects_are_bounded() -> None:
    reduced = reduce_raw_usage({"many": [{}] * 100_000})
    assert reduced is not None
    assert len(reduced["many"]) < MAX_NODES


def test_what_is_no_object_has_no_raw_usage() -> None:
    assert [reduce_raw_usage(value) for value in (None, "12", [1], 3)] == [None] * 4


def is_name(key: str) -> bool:
    return key.isascii() and key.isidentifier() and len(key) <= 64


def plainly(value: object, key: object = None, depth: int = 1) -> object:
    """What is kept within the bounds of size, said as plainly as it can be."""
    if depth > MAX_DEPTH:
        return DROPPED
    if isinstance(value, dict):
        items = {name: plainly(item, name, depth + 1) for name, item in value.items() if is_name(name)}
        return {name: item for name, item in items.items() if item is not DROPPED}
    if isinstance(value, list):
        return [item for item in (plainly(inner, None, depth + 1) for inner in value) if item is not DROPPED]
    if isinstance(value, str):
        is_word = value.isascii() and value.replace("_", "a").isalpha() and len(value) <= 32
        return value if is_word and key in ENUMERATIONS else DROPPED
    return value if is_allowed_leaf(value) else DROPPED


keys = st.text(max_size=70) | st.sampled_from([*ENUMERATIONS, "tokens", "a.b-c", "1st", "a b"])
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["TEXT", "a-b", "é", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=20,
)


@given(st.dictionaries(keys, json, max_size=4))
def test_within_the_bounds_it_is_what_the_rules_say(usage: dict[str, Any]) -> None:
    assert reduce_raw_usage(usage) == plainly(usage)
