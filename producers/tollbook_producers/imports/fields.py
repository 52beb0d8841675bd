"""Which fields of an event a file may fill, and how the text of a cell becomes a value."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from tollbook_schemas import UsageEvent
from tollbook_schemas.usage import SECONDS_FIELDS, TOKEN_FIELDS, UNIT_FIELDS

FIELDS: tuple[str, ...] = tuple(name for name in UsageEvent.model_fields if name not in {"id", "schema_version"})
"""Every field of the event but its id, which is derived, and the schema's version."""

REQUIRED = ("created_at", "provider", "model", "use_case")
"""Fields that no row can do without."""

_INTEGER = re.compile(r"([+-]?\d{1,18})(?:\.0+)?\Z", re.ASCII)
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _integer(text: str) -> int:
    match = _INTEGER.match(text.strip())
    if match is None:
        raise ValueError("is not a whole number")
    return int(match[1])


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if not number.is_finite():
        raise ValueError("is not a finite number")
    return number


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise ValueError("is neither true nor false") from None


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError("is not JSON") from None


_COUNTS = (*TOKEN_FIELDS, *UNIT_FIELDS, "call_count", "attempts", "latency_ms", "time_to_first_chunk_ms")
_PARSERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(_COUNTS, _integer),
    **dict.fromkeys((*SECONDS_FIELDS, "provider_cost_usd"), _decimal),
    **dict.fromkeys(("batch", "aggregate"), _boolean),
    **dict.fromkeys(("tags", "raw_usage", "flags"), _json),
}


def parse_cell(field: str, text: str) -> Any:
    """The value of a field other than `created_at`. Raises ValueError with the end of a sentence ("is not JSON").

    Whole numbers may be written `12` or `12.0`; `tags`, `raw_usage` and `flags` are JSON; the rest is plain text.
    """
    return _PARSERS.get(field, str)(text)
