"""The provider's usage object reduced to what an event may hold: numbers, booleans, nulls and short words."""

from collections.abc import Iterator, Mapping
from typing import Any

from tollbook_schemas.raw_usage import MAX_DEPTH, MAX_LEAVES, is_allowed_leaf

MAX_NODES = 4 * MAX_LEAVES
"""Objects, arrays and values together: empty objects count nothing as values, so values alone are no bound."""

_DROPPED = object()


def reduce_raw_usage(usage: object) -> dict[str, Any] | None:
    """A copy with everything dropped that is not allowed or beyond the bounds; None for what is no JSON object."""
    if not isinstance(usage, Mapping):
        return None
    reduced = _reduce(usage, 1, _Budget())
    return reduced if isinstance(reduced, dict) else None


class _Budget:
    """How much may still be copied."""

    def __init__(self) -> None:
        self._nodes = MAX_NODES
        self._leaves = MAX_LEAVES

    def spend(self, *, leaf: bool) -> bool:
        self._nodes -= 1
        self._leaves -= leaf
        return self._nodes >= 0 and self._leaves >= 0


def _reduce(value: object, depth: int, budget: _Budget) -> object:
    leaf = not isinstance(value, Mapping | list)
    if depth > MAX_DEPTH or (leaf and not is_allowed_leaf(value)) or not budget.spend(leaf=leaf):
        return _DROPPED
    if isinstance(value, Mapping):
        return dict(_kept(value, depth + 1, budget))
    if isinstance(value, list):
        items = (_reduce(item, depth + 1, budget) for item in value[:MAX_NODES])
        return [item for item in items if item is not _DROPPED]
    return value


def _kept(value: Mapping[Any, object], depth: int, budget: _Budget) -> Iterator[tuple[str, object]]:
    for key, item in value.items():
        if not _is_word(key):
            continue
        reduced = _reduce(item, depth, budget)
        if reduced is not _DROPPED:
            yield key, reduced


def _is_word(key: object) -> bool:
    return isinstance(key, str) and is_allowed_leaf(key)
