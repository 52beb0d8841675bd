"""Prices for "what if", as the SQL functions take them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tollbook_cli.pricing.price import Price


def supposed_json(prices: Sequence[Price], start: datetime | None = None, end: datetime | None = None) -> list[Any]:
    """The argument of llm_supposed_prices: each in force from its own start, or from `start`, to the next of its key.

    None is no bound.
    """
    return [_object(price, price.start or start, _next_start(prices, price) or end) for price in prices]


def _next_start(prices: Sequence[Price], price: Price) -> datetime | None:
    later = (other.start for other in prices if other.key == price.key and other is not price)
    return min((at for at in later if at is not None and (price.start is None or at > price.start)), default=None)


def _object(price: Price, start: datetime | None, end: datetime | None) -> dict[str, Any]:
    return {
        **price.key._asdict(),
        "unit": price.unit,
        "price": str(price.price),
        "from": start and start.isoformat(),
        "to": end and end.isoformat(),
    }
