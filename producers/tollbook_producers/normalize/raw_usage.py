"""The provider's usage object reduced to what an event may hold: numbers, booleans, nulls and words of enumerations.

A text is kept only under a key that is known to hold an enumeration, and only as a single word of letters: whatever
else a provider puts into its usage never leaves the worker.
"""

import re
from collections.abc import Mapping
from typing import Any

from tollbook_schemas.raw_usage import MAX_DEPTH, MAX_INTEGER, MAX_LEAVES

MAX_NODES = 4 * MAX_LEAVES
"""Objects, arrays and values together: empty objects count nothing as values, so values alone are no bound."""

ENUMERATIONS = frozenset({"modality", "serviceTier", "service_tier", "trafficType", "traffic_type", "type"})
"""The keys under which usage objects hold words, in lower or upper case."""

_WORD = re.compile(r"[A-Za-z_]{1,32}\Z")
_MAX_KEY = 64
_OBJECT = (dict, Mapping)  # a dict is told much faster
_DROPPED = object()


def reduce_raw_usage(usage: object) -> dict[str, Any] | None:
    """A copy with everything dropped that is not allowed or beyond the bounds; None for what is no JSON object."""
    return _object(usage, 2, _Budget()) if isinstance(usage, Mapping) else None


class _Budget:
    """How much may still be copied."""

    __slots__ = ("leaves", "nodes")

    def __init__(self) -> None:
        self.nodes = MAX_NODES - 1
        self.leaves = MAX_LEAVES

    def spend(self, leaves: int) -> bool:
        self.nodes -= 1
        self.leaves -= leaves
        return self.nodes >= 0 and self.leaves >= 0


def _object(source: Mapping[Any, object], depth: int, budget: _Budget) -> dict[str, Any]:
    """A copy of an object whose values stand `depth` deep."""
    kept: dict[str, Any] = {}
    for key, value in source.items():
        if _is_key(key) and (reduced := _reduce(value, key, depth, budget)) is not _DROPPED:
            kept[key] = reduced
    return kept


def _array(source: list[object], depth: int, budget: _Budget) -> list[Any]:
    items = (_reduce(value, None, depth, budget) for value in source[:MAX_NODES])
    return [item for item in items if item is not _DROPPED]


def _reduce(value: object, key: str | None, depth: int, budget: _Budget) -> object:
    if depth > MAX_DEPTH:
        return _DROPPED
    if isinstance(value, int):
        return value if -MAX_INTEGER <= value <= MAX_INTEGER and budget.spend(1) else _DROPPED
    if isinstance(value, _OBJECT):
        return _object(value, depth + 1, budget) if budget.spend(0) else _DROPPED
    if isinstance(value, list):
        return _array(value, depth + 1, budget) if budget.spend(0) else _DROPPED
    return value if _is_allowed(value, key) and budget.spend(1) else _DROPPED


def _is_allowed(value: object, key: str | None) -> bool:
    """Whether a single value that is no integer may be kept."""
    if isinstance(value, str):
        return key in ENUMERATIONS and _WORD.match(value) is not None
    return value is None or (isinstance(value, float) and abs(value) <= MAX_INTEGER)  # NaN is not


def _is_key(key: object) -> bool:
    return isinstance(key, str) and len(key) <= _MAX_KEY and key.isascii() and key.isidentifier()
