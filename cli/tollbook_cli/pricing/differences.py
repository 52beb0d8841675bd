"""How the prices in force at two times differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tollbook_cli.pricing.price import PriceKey


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """A key whose price is another one at the later time; None where there is no price."""

    key: PriceKey
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def differences(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[PriceDifference]:
    """The keys whose price differs, in the order of their names; the same price for another unit is no difference."""
    first, second = _by_key(before), _by_key(after)
    keys = sorted({*first, *second}, key=lambda key: tuple("" if part is None else str(part) for part in key))
    found = (PriceDifference(key, first.get(key), second.get(key)) for key in keys)
    return [one for one in found if _per_one(one.before) != _per_one(one.after)]


def _by_key(rows: Iterable[Mapping[str, Any]]) -> dict[PriceKey, Mapping[str, Any]]:
    return {PriceKey(*(row[name] for name in PriceKey._fields)): row for row in rows}


def _per_one(row: Mapping[str, Any] | None) -> Any:
    return None if row is None else row["price_per_one"]
