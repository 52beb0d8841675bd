"""Values from a provider's JSON, which may be of any type."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tollbook_producers.normalize.error_words import ERROR_WORDS
from tollbook_schemas import LLMUsageStatus

PROVIDER_ERROR = "provider_error"
"""The type of an error that names none that is known."""

_MAX_CALLS = 10**6
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TIER_WORD = re.compile(r"[A-Za-z][A-Za-z_]{0,31}\Z")


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else _NOTHING


def array(value: object) -> Sequence[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else ()


def word(value: object) -> str:
    """The value if it is a text, else an empty one: safe to look up."""
    return value if isinstance(value, str) else ""


def tier(value: object) -> str | None:
    """A service tier: one word without digits. Gemini calls the usual one `unspecified`."""
    return value if isinstance(value, str) and value != "unspecified" and _TIER_WORD.match(value) else None


def error_type(error: object) -> str:
    """What kind of error an `error` of any shape is: `http_<status>`, a code that providers publish, never a text."""
    fields = mapping(error)
    code = fields.get("code")
    if isinstance(code, int) and not isinstance(code, bool) and 100 <= code < 1000:  # noqa: PLR2004
        return f"http_{code}"
    for word in (code, fields.get("type")):
        if isinstance(word, str) and word in ERROR_WORDS:
            return word
    return PROVIDER_ERROR


def error_status(kind: str | None) -> LLMUsageStatus | None:
    """The status of an answer that is an error of this kind; None where it is none."""
    return None if kind is None else LLMUsageStatus.ERROR


def later_usage(known: object, new: object) -> object:
    """The later of two usage values; one that says nothing never hides one that does."""
    return new if known is None or (new and isinstance(new, Mapping)) else known


def error_in(message: Mapping[str, Any]) -> str | None:
    """The type of a message's `error`, None where it has none."""
    error = message.get("error")
    return None if error is None else error_type(error)


def call_count(value: object) -> int:
    """How many requests a batch had, as a number or as JSON's 64-bit integers are written; 1 where it is unknown."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(_MAX_CALLS)):
        value = int(value)
    return value if type(value) is int and 1 <= value <= _MAX_CALLS else 1
