import math

from tollbook_producers.normalize import reduce_raw_usage
from tollbook_producers.normalize.raw_usage import MAX_NODES
from tollbook_schemas.raw_usage import MAX_LEAVES


def test_numbers_and_short_words_stay_and_text_goes() -> None:
    usage = {
        "prompt_tokens": 3,
        "tier": "default",
        "ratio": 0.5,
        "cached": None,
        "note": "Tell me about your week",
        "a key with spaces": 1,
        "nan": math.nan,
        "huge": 2**60,
        "details": [{"modality": "TEXT", "tokenCount": 3}, "a sentence, again"],
    }
    assert reduce_raw_usage(usage) == {
        "prompt_tokens": 3,
        "tier": "default",
        "ratio": 0.5,
        "cached": None,
        "details": [{"modality": "TEXT", "tokenCount": 3}],
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
