"""The event, or its bare fields, of a record whose value is exactly the canonical JSON of an event, without the full
validator.

Our producers write nothing else. Every other value, valid or not, is None here and goes to the full validator; what is
taken here is taken by the same bounds, and a property test holds the two together.
"""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import orjson
from msgspec import Raw
from msgspec.json import Decoder, Encoder
from msgspec.structs import asdict

from tollbook_schemas.canonical_event import NO_RAW_USAGE, CanonicalEvent, are_names
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.fields import MAX_COST_USD, hold_cost, hold_seconds
from tollbook_schemas.ids import id_to_ms, is_event_id, ms_to_datetime
from tollbook_schemas.quick_usage import quick_usage
from tollbook_schemas.raw_usage import check_raw_usage
from tollbook_schemas.split import split
from tollbook_schemas.usage import SECONDS_FIELDS

_read = Decoder(CanonicalEvent).decode
_write = Encoder().encode
_new = object.__new__
_set = object.__setattr__  # the model is frozen
_ALL_FIELDS: Final = set(UsageEvent.model_fields)  # the absent ones too, as null: to tell them apart takes a while


def quick_event(value: bytes) -> UsageEvent | None:
    """The event, or None if only the full validator can tell."""
    if b"\\" in value or b"\x7f" in value:  # without either, no text in it holds a control character
        return None
    try:
        found = _read(value)
        # Bytes that are the canonical form of what they say leave no room: no key twice, no other form of a number.
        return _event(found) if _write(found) == value else None
    except (ValueError, OverflowError):
        return None


def quick_fields(key: bytes | None, value: bytes) -> CanonicalEvent | None:
    """The event's fields, without seconds and cost, or None if only a longer look can tell.

    What a fold takes may still have parts in another order than the canonical one, which the digest is of.
    """
    found = quick_usage(key, value)
    return found if found is not None and _has_canonical_parts(found) else None


def _has_canonical_parts(found: CanonicalEvent) -> bool:
    if found.tags is not None and not _in_order(found.tags):
        return False
    if found.raw_usage is NO_RAW_USAGE:
        return True
    canonical = bytes(found.raw_usage)
    return orjson.dumps(orjson.loads(canonical), option=orjson.OPT_SORT_KEYS) == canonical


def _in_order(tags: dict[str, str]) -> bool:
    return list(tags) == sorted(tags)


def _event(found: CanonicalEvent) -> UsageEvent:
    """Raises ValueError or OverflowError for what is not surely canonical and valid."""
    if not are_names(found.provider, found.use_case):
        raise ValueError("provider or use_case is not a name")
    held = asdict(found)
    held["created_at"] = _created_at(found)
    held["raw_usage"] = None if found.raw_usage is NO_RAW_USAGE else _raw_usage(found.raw_usage)
    if found.tags is not None and not _in_order(found.tags):
        raise ValueError("tags are not in order")
    if found.provider_cost_usd is not None:
        held["provider_cost_usd"] = _cost(found.provider_cost_usd)
    for name in SECONDS_FIELDS:
        if held[name] is not None:
            held[name] = _seconds(held[name])
    event = _made(held)
    if min(split(event)) < 0:
        raise ValueError("subsets exceed the count they are part of")
    return event


def _made(held: dict[str, Any]) -> UsageEvent:
    """An event that holds these values, with no further look at them."""
    event = _new(UsageEvent)
    _set(event, "__dict__", held)
    _set(event, "__pydantic_fields_set__", _ALL_FIELDS)
    _set(event, "__pydantic_extra__", None)
    _set(event, "__pydantic_private__", None)
    return event


def _created_at(found: CanonicalEvent) -> datetime:
    if not is_event_id(found.id):
        raise ValueError("an event id is a UUID of version 7")
    seconds, milliseconds = divmod(id_to_ms(found.id), 1000)
    if found.created_at != f"{_date_and_time(seconds)}.{milliseconds:03d}Z":
        raise ValueError("created_at is not the id's, or not in the canonical form")
    return datetime.fromisoformat(found.created_at)


@lru_cache(maxsize=4096)
def _date_and_time(seconds: int) -> str:
    return ms_to_datetime(seconds * 1000).strftime("%Y-%m-%dT%H:%M:%S")


def _raw_usage(text: Raw) -> dict[str, Any]:
    canonical = bytes(text)
    raw = orjson.loads(canonical)
    if type(raw) is not dict:
        raise ValueError("raw_usage is no object")
    check_raw_usage(raw)
    if orjson.dumps(raw, option=orjson.OPT_SORT_KEYS) != canonical:
        raise ValueError("raw_usage is not in the canonical form")
    return raw


def _seconds(number: float) -> Decimal:
    seconds = Decimal(repr(number))
    held = hold_seconds(seconds)
    if held != seconds:
        raise ValueError("seconds are held to the millisecond")
    return held


def _cost(text: str) -> Decimal:
    cost = Decimal(text)
    if cost > MAX_COST_USD:
        raise ValueError("the cost is beyond its bound")
    return hold_cost(cost)
