"""The provider's own usage object, reduced to numbers and words of an enumeration: no text can pass."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

MAX_DEPTH = 5
MAX_LEAVES = 200
MAX_INTEGER = 2**53
_WORD = re.compile(r"[A-Za-z0-9_.:/-]{1,64}\Z")


def _leaves(value: object, depth: int) -> Iterator[object]:
    if depth > MAX_DEPTH:
        raise ValueError(f"raw_usage is nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or not _WORD.match(key):
                raise ValueError("raw_usage has a key that is not a short word")
            yield from _leaves(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, depth + 1)
    else:
        yield value


def is_allowed_leaf(value: object) -> bool:
    """Whether a single value may stand in `raw_usage`: null, a bool, a bounded number or a short word."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -MAX_INTEGER <= value <= MAX_INTEGER
    if isinstance(value, float):
        return abs(value) <= MAX_INTEGER  # false for NaN too
    return isinstance(value, str) and _WORD.match(value) is not None


def _bounded(raw: dict[str, Any]) -> dict[str, Any]:
    for count, leaf in enumerate(_leaves(raw, 1), start=1):
        if count > MAX_LEAVES:
            raise ValueError(f"raw_usage has more than {MAX_LEAVES} values")
        if not is_allowed_leaf(leaf):
            raise ValueError("raw_usage may hold numbers, booleans, nulls and short words only")
    return raw


RawUsage = Annotated[dict[str, Any], AfterValidator(_bounded)]
"""A JSON object of numbers, booleans, nulls and short words, at most 5 deep and 200 values."""
