"""What a fold needs of a record whose value is exactly the canonical JSON of an event, without building the event.

It takes nothing that the full validator would not take, and says nothing else of it: a property test holds the two
together. All the rest, valid or not, goes the longer way.
"""

from functools import lru_cache
from operator import attrgetter
from threading import local
from typing import cast

from msgspec.json import Decoder, Encoder

from tollbook_schemas.canonical_event import NO_RAW_USAGE, CanonicalEvent, are_names
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.raw_shape import is_surely_allowed
from tollbook_schemas.split import split
from tollbook_schemas.usage import SECONDS_FIELDS, NormalizedTokenUsage

_read = Decoder(CanonicalEvent).decode
_write_into = Encoder().encode_into  # half the cost of new bytes for every record
_BACKSLASH, _DELETE = b"\\\x7f"  # as numbers: looked for in a fraction of the time
_ID = b',"id":"'
_ID_LENGTH = 36
_VERSION_AT, _VARIANT_AT = 14, 19
_VERSION = ord("7")
_VARIANTS = b"89ab"
_amounts = attrgetter(*SECONDS_FIELDS, "provider_cost_usd")
_NO_AMOUNTS = (None,) * (len(SECONDS_FIELDS) + 1)
_rare_subsets = attrgetter(
    "cached_audio_tokens",
    "cached_image_tokens",
    "cache_write_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "output_audio_tokens",
    "output_image_tokens",
)


class _Written(local):
    """What a thread has written last."""

    def __init__(self) -> None:
        self.buffer = bytearray(4096)


_written = _Written()


def quick_usage(key: bytes | None, value: bytes) -> CanonicalEvent | None:
    """The event's fields, surely valid, or None if only a longer look can tell. None for seconds and costs."""
    # Without either byte, no text holds a control character; and in canonical JSON the first `,"id":"` is the event's.
    if _BACKSLASH in value or _DELETE in value or key is None or not _is_key(key, value):
        return None
    try:
        found = _read(value)
    except ValueError:
        return None
    written = _written.buffer
    _write_into(found, written)
    # Bytes that are the canonical form of what they say leave no room: no field twice, no other form of a number.
    return found if written == value and _is_valid(found) else None


def _is_key(key: bytes, value: bytes) -> bool:
    """Whether the key is where the event's id stands, and one of version 7 (RFC 9562) if it is a UUID's text at all."""
    return (
        len(key) == _ID_LENGTH
        and key[_VERSION_AT] == _VERSION
        and key[_VARIANT_AT] in _VARIANTS
        and value.startswith(key, value.find(_ID) + len(_ID))
    )


def _is_valid(found: CanonicalEvent) -> bool:
    return (
        _is_time(found.id.int >> 80, found.created_at)
        and are_names(found.provider, found.use_case)
        and (found.raw_usage is NO_RAW_USAGE or is_surely_allowed(bytes(found.raw_usage)))
        and _amounts(found) == _NO_AMOUNTS
        and _has_valid_subsets(found)
    )


@lru_cache(maxsize=4096)
def _is_time(time_ms: int, text: str) -> bool:
    """Whether a text is that time in the canonical form. In a busy hour many events share a millisecond."""
    seconds, milliseconds = divmod(time_ms, 1000)
    return text == f"{_date_and_time(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=4096)
def _date_and_time(seconds: int) -> str | None:
    try:
        return ms_to_datetime(seconds * 1000).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:
        return None


def _has_valid_subsets(found: CanonicalEvent) -> bool:
    """Whether no subset exceeds what it is part of. Usually only cached and reasoning tokens are more than 0."""
    if any(_rare_subsets(found)):
        return min(split(cast("NormalizedTokenUsage", found))) >= 0  # it has the same counts
    return (found.cached_prompt_tokens or 0) <= (found.prompt_tokens or 0) and (found.reasoning_tokens or 0) <= (
        found.completion_tokens or 0
    )
