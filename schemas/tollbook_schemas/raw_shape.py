"""Whether a `raw_usage` passes, told from its shape: its JSON without the digits.

Providers say the same few shapes over and over, with other numbers. Whatever has a shape that passes here has the same
braces, commas and quotation marks as the shape filled up with zeros, and differs from it by digits only: inside of
numbers, which stay in their bounds, and inside of strings, which stay short enough and may hold digits anywhere.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import orjson

from tollbook_schemas.raw_usage import MAX_INTEGER, MAX_LEAVES, MAX_WORD, check_raw_usage

_DIGITS = b"0123456789"
_NUMBERS = re.compile(rb"(?<=[:\[,])(-?)(?=[,\]}])")
_STRINGS = re.compile(rb'"([^"]*)"')
_SAFE_DIGITS = len(str(MAX_INTEGER)) - 1
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % (_SAFE_DIGITS + 1))


class _Limits(NamedTuple):
    """What digits may be added to a shape: any number of them in total, and of those in one number."""

    digits: int
    numbers: int


def is_surely_allowed(text: bytes) -> bool:
    """Whether valid JSON without escapes is an object that `check_raw_usage` takes; False where only that can tell."""
    shape = text.translate(None, _DIGITS)
    limits = _limits(shape)
    if limits is None:
        return False
    digits = len(text) - len(shape)
    if digits > limits.digits:
        return False
    # Every number has a digit, so none has more than the others leave over.
    return digits - limits.numbers < _SAFE_DIGITS or _LONG_NUMBER.search(text) is None


@lru_cache(maxsize=1024)
def _limits(shape: bytes) -> _Limits | None:
    """None where the shape does not say enough: floats, and what can be empty or not, depending on digits."""
    if b"[]" in shape or b'""' in shape or shape.count(b",") + shape.count(b"[") + shape.count(b"{") > MAX_LEAVES:
        return None
    filled, numbers = _NUMBERS.subn(rb"\g<1>0", shape)
    try:
        raw = orjson.loads(filled)
        if type(raw) is not dict:
            return None
        check_raw_usage(raw)
    except ValueError:
        return None
    longest = max((len(string) for string in _STRINGS.findall(shape)), default=0)
    return _Limits(MAX_WORD - longest, numbers)
