"""What a fold needs of a record whose value is exactly the canonical JSON of an event, without building the event.

It takes nothing that the full validator would not take, and says nothing else of it: a property test holds the two
together. All the rest, valid or not, goes the longer way.
"""

from functools import lru_cache
from operator import attrgetter

from msgspec.json import Decoder, Encoder

from tollbook_schemas.canonical_event import NO_RAW_USAGE, CanonicalEvent, are_names
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.raw_shape import is_surely_allowed
from tollbook_schemas.usage import SECONDS_FIELDS

_read = Decoder(CanonicalEvent).decode
_write = Encoder().encode
_ID = b',"id":"'
_ID_LENGTH = 36
_rare = attrgetter(
    "cached_audio_tokens",
    "cached_image_tokens",
    "cache_write_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "output_audio_tokens",
    "output_image_tokens",
    *SECONDS_FIELDS,
    "provider_cost_usd",
)
_NONE_OF_THEM = (None,) * 11


def quick_usage(key: bytes | None, value: bytes) -> CanonicalEvent | None:
    """The event's fields, surely valid, or None if only a longer look can tell. None for seconds and costs."""
    # Without either byte, no text holds a control character; and in canonical JSON the first `,"id":"` is the event's.
    if b"\\" in value or b"\x7f" in value or not _is_key(key, value):
        return None
    try:
        found = _read(value)
    except ValueError:
        return None
    # Bytes that are the canonical form of what they say leave no room: no field twice, no other form of a number.
    return found if _write(found) == value and _is_valid(found) else None


def _is_key(key: bytes | None, value: bytes) -> bool:
    if key is None or len(key) != _ID_LENGTH:
        return False
    return value.startswith(key, value.find(_ID) + len(_ID))


def _is_valid(found: CanonicalEvent) -> bool:
    return (
        _has_time(found)
        and are_names(found.provider, found.use_case)
        and (found.raw_usage is NO_RAW_USAGE or is_surely_allowed(bytes(found.raw_usage)))
        and _has_plain_subsets(found)
    )


def _has_time(found: CanonicalEvent) -> bool:
    """Whether the id is one of version 7 (RFC 9562), and `created_at` the time in it."""
    number = found.id.int
    if number >> 76 & 0xF != 7 or number >> 62 & 0b11 != 0b10:  # noqa: PLR2004  # version and variant
        return False
    seconds, milliseconds = divmod(number >> 80, 1000)
    return found.created_at == f"{_date_and_time(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=4096)
def _date_and_time(seconds: int) -> str | None:
    try:
        return ms_to_datetime(seconds * 1000).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:
        return None


def _has_plain_subsets(found: CanonicalEvent) -> bool:
    """Whether cached and reasoning tokens are the only subsets, within what they are part of; no seconds, no cost."""
    return (
        (found.cached_prompt_tokens or 0) <= (found.prompt_tokens or 0)
        and (found.reasoning_tokens or 0) <= (found.completion_tokens or 0)
        and _rare(found) == _NONE_OF_THEM
    )
