"""The canonical JSON of an event straight from its fields, without the full validator and its serializer.

Only for fields of which it is sure that nothing would be left out or written differently; a property test holds the two
together.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, cast

import orjson
from msgspec.json import Decoder

from tollbook_schemas.canonical_event import CanonicalEvent, are_names
from tollbook_schemas.fields import MAX_COST_USD
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.raw_usage import check_raw_usage
from tollbook_schemas.split import split
from tollbook_schemas.usage import SECONDS_FIELDS, NormalizedTokenUsage

_ALWAYS: Final = {"aggregate": False, "batch": False, "call_count": 1, "flags": (), "schema_version": 1}
"""What an event says even where its fields do not."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
_read = Decoder(CanonicalEvent).decode


def quick_json(fields: Mapping[str, Any], event_id: str) -> bytes | None:
    """The canonical JSON of the event with these fields, or None if only the full validator can tell.

    `fields` are JSON values by the event's names, None where nothing is known; id and time come from `event_id`.
    """
    try:
        if _ID.match(event_id) is None:
            return None
        known = {name: value for name, value in {**_ALWAYS, **fields}.items() if value is not None}
        known["id"] = event_id
        known["created_at"] = _created_at(event_id)
        value = orjson.dumps(known, option=orjson.OPT_SORT_KEYS)
        return value if _is_sure(known, value) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _is_sure(known: dict[str, Any], value: bytes) -> bool:
    """Whether the value is the one that the validator would have given. May raise ValueError instead."""
    if b"\\" in value or b"\x7f" in value:  # without either, no text in it holds a control character
        return False
    event = _read(value)
    return (
        are_names(event.provider, event.use_case)
        and min(split(cast("NormalizedTokenUsage", event))) >= 0  # it has the same counts
        and ("raw_usage" not in known or _is_raw_usage(known["raw_usage"]))
        and known.keys().isdisjoint(SECONDS_FIELDS)  # which are held to the millisecond
        and float not in map(type, known.values())  # no other field is one, and of an infinite one nothing is written
        and (event.provider_cost_usd is None or Decimal(event.provider_cost_usd) <= MAX_COST_USD)
    )


def _is_raw_usage(raw: object) -> bool:
    return isinstance(raw, dict) and check_raw_usage(raw) is raw


def _created_at(event_id: str) -> str:
    seconds, milliseconds = divmod(int(event_id[:8] + event_id[9:13], 16), 1000)
    return f"{_date_and_time(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=4096)
def _date_and_time(seconds: int) -> str:
    return ms_to_datetime(seconds * 1000).strftime("%Y-%m-%dT%H:%M:%S")
