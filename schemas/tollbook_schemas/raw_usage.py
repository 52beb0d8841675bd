"""The provider's own usage object, reduced to numbers and words of an enumeration: no text can pass."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator

MAX_DEPTH = 5
MAX_LEAVES = 200
MAX_INTEGER = 2**53
MAX_WORD = 64
_WORD = re.compile(rf"[A-Za-z0-9_.:/-]{{1,{MAX_WORD}}}\Z")


def is_allowed_leaf(value: object) -> bool:
    """Whether a single value may stand in `raw_usage`: null, a bool, a bounded number or a short word."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -MAX_INTEGER <= value <= MAX_INTEGER
    if isinstance(value, float):
        return abs(value) <= MAX_INTEGER  # false for NaN too
    return isinstance(value, str) and _WORD.match(value) is not None


def check_raw_usage(raw: dict[str, Any]) -> dict[str, Any]:
    """The object as it is. Raises ValueError for anything else than RawUsage allows."""
    if _leaves_of_object(raw, 1) > MAX_LEAVES:
        raise ValueError(f"raw_usage has more than {MAX_LEAVES} values")
    return raw


def _leaves_of_object(mapping: Mapping[Any, Any], depth: int) -> int:
    keys = tuple(mapping)
    check = _check_known_keys if len(keys) <= MAX_LEAVES else _check_keys
    check(keys)
    return _leaves(mapping.values(), depth + 1)


def _leaves(items: Iterable[Any], depth: int) -> int:
    """How many values stand in these items of an object or a list, and in what they hold."""
    count = 0
    for item in items:
        if depth > MAX_DEPTH:
            raise ValueError(f"raw_usage is nested more than {MAX_DEPTH} deep")
        if type(item) is int and -MAX_INTEGER <= item <= MAX_INTEGER:  # the usual value
            count += 1
        elif isinstance(item, (dict, Mapping)):
            count += _leaves_of_object(item, depth)
        elif isinstance(item, list):
            count += _leaves(item, depth + 1)
        elif is_allowed_leaf(item):
            count += 1
        else:
            raise ValueError("raw_usage may hold numbers, booleans, nulls and short words only")
    return count


def _check_keys(keys: Sequence[Any]) -> None:
    if not all(isinstance(key, str) and _WORD.match(key) for key in keys):
        raise ValueError("raw_usage has a key that is not a short word")


_check_known_keys = lru_cache(maxsize=1024)(_check_keys)
"""Providers say the same few lists of keys over and over. What raises is not remembered."""

RawUsage = Annotated[dict[str, Any], AfterValidator(check_raw_usage)]
"""A JSON object of numbers, booleans, nulls and short words, at most 5 deep and 200 values."""
