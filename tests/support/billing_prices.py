"""Prices for billing tests, and the price of one event in plain Decimal arithmetic: the truth that SQL must meet."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from random import Random
from typing import Any

from psycopg import Connection
from psycopg.types.range import TimestamptzRange

from support.billing_rows import insert
from tollbook_schemas import UsageEvent, dimensions_of, split

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TOKEN_CLASSES = (
    *("input_text", "cached_text", "cached_audio", "cached_image", "cache_write", "input_audio", "input_image"),
    *("output_text", "output_audio", "output_image", "reasoning"),
)
UNIT_CLASSES = ("input_audio_seconds", "billable_audio_seconds", "output_image_units", "web_search")
STANDARD = (None, "default", "standard", "auto")


@dataclass(frozen=True)
class Price:
    """One row of llm_pricing; `price` is for `unit` tokens, seconds, images or searches."""

    provider: str
    model: str
    token_class: str
    price: Decimal
    unit: int = 1_000_000
    service_tier: str | None = None
    batch: bool = False
    min_prompt_tokens: int = 0
    workspace_id: str | None = None
    currency: str = "USD"
    start: datetime = LONG_AGO
    end: datetime | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What has one price at a time, in one book."""
        names = ("provider", "model", "token_class", "service_tier", "batch", "min_prompt_tokens", "workspace_id")
        return (*(getattr(self, name) for name in names), self.currency)

    def applies_to(self, event: UsageEvent, token_class: str, window_start: datetime) -> bool:
        """Whether it prices that class of the event."""
        tier = None if event.service_tier in STANDARD else event.service_tier
        return (
            (self.provider, self.model) == (event.provider, event.response_model or event.model)
            and (self.token_class, self.service_tier, self.batch) == (token_class, tier, event.batch)
            and self.min_prompt_tokens <= dimensions_of(event).prompt_band
            and self.workspace_id in (None, event.workspace_id)
            and self.start <= window_start
            and (self.end is None or window_start < self.end)
        )


def write_prices(connection: Connection[Any], prices: Sequence[Price], book: str = "cost") -> None:
    """Put them into a book as the owner of the table: as if each had been entered before its time."""
    rows = [_row(price) | {"book": book, "source": "test", "why": "a test"} for price in prices]
    with connection.transaction():
        connection.execute("ALTER TABLE llm_pricing DISABLE TRIGGER llm_pricing_past")
        insert(connection, "llm_pricing", rows)
        connection.execute("ALTER TABLE llm_pricing ENABLE TRIGGER llm_pricing_past")


def overlaid(prices: Sequence[Price], over: Sequence[Price]) -> list[Price]:
    """The prices with others in place of those of the same key and time."""
    left = [piece for price in prices for piece in _without(price, [one for one in over if one.key == price.key])]
    return [*left, *over]


def _without(price: Price, over: Sequence[Price]) -> list[Price]:
    pieces = [price]
    for one in over:
        pieces = [part for piece in pieces for part in _cut(piece, one.start, one.end)]
    return pieces


def _cut(price: Price, start: datetime, end: datetime | None) -> Iterator[Price]:
    """What is left of a price outside of [start, end)."""
    if price.start < start:
        yield replace(price, end=start if price.end is None else min(price.end, start))
    if end is not None and (price.end is None or end < price.end):
        yield replace(price, start=max(price.start, end))


def _row(price: Price) -> dict[str, Any]:
    row = asdict(price)
    effective = TimestamptzRange(row.pop("start"), row.pop("end"))
    return row | {"effective": effective}


def random_prices(random: Random, models: Sequence[tuple[str, str]], cut: datetime) -> Iterator[Price]:
    """Prices of some classes, tiers, bands and batches; some change at `cut`."""
    for provider, model in models:
        for token_class in TOKEN_CLASSES + UNIT_CLASSES:
            if token_class == "reasoning" and random.random() < 0.5:
                continue
            yield from _variants(random, Price(provider, model, token_class, _amount(random)), cut)


def _variants(random: Random, base: Price, cut: datetime) -> Iterator[Price]:
    for tier in (None, "flex"):
        for batch in (False, True):
            for band in random.sample((0, 32_000, 200_000), random.randrange(4)):
                price = replace(base, service_tier=tier, batch=batch, min_prompt_tokens=band, price=_amount(random))
                yield from _over_time(random, replace(price, unit=random.choice((1, 1000, 1_000_000))), cut)


def _over_time(random: Random, price: Price, cut: datetime) -> Iterator[Price]:
    if random.random() < 0.5:
        yield price
    else:
        yield replace(price, end=cut)
        yield replace(price, start=cut, price=_amount(random))
    if random.random() < 0.2:
        yield replace(price, workspace_id="w2", price=_amount(random))


def _amount(random: Random) -> Decimal:
    return Decimal(random.randrange(10**9)).scaleb(-random.randrange(13))


def charge(
    event: UsageEvent, prices: Sequence[Price], window_start: datetime
) -> tuple[Decimal | None, dict[str, Decimal]]:
    """The exact cost of one event, None where nothing could be priced, and what has no price."""
    own_reasoning = _find(event, prices, "reasoning", window_start) is not None
    cost: Decimal | None = None
    unpriced: dict[str, Decimal] = {}
    with localcontext(prec=100):
        for token_class, quantity in quantities(event, own_reasoning=own_reasoning).items():
            price = _find(event, prices, token_class, window_start)
            if price is not None:
                cost = (cost or Decimal(0)) + quantity * price.price / price.unit
            elif quantity:
                unpriced[token_class] = quantity
    return cost, unpriced


def quantities(event: UsageEvent, *, own_reasoning: bool) -> dict[str, Decimal]:
    """Class to quantity, of the classes that the event reports."""
    parts = split(event)
    reasoning = parts.reasoning if own_reasoning else 0
    reported = {
        "input_text": (event.prompt_tokens, parts.fresh_text),
        "cached_text": (event.cached_prompt_tokens, parts.cached_text),
        "cached_audio": (event.cached_audio_tokens, parts.cached_audio),
        "cached_image": (event.cached_image_tokens, parts.cached_image),
        "cache_write": (event.cache_write_tokens, parts.cache_write),
        "input_audio": (event.input_audio_tokens, parts.fresh_audio),
        "input_image": (event.input_image_tokens, parts.fresh_image),
        "output_text": (event.completion_tokens, parts.output_text + parts.reasoning - reasoning),
        "output_audio": (event.output_audio_tokens, parts.output_audio),
        "output_image": (event.output_image_tokens, parts.output_image),
        "reasoning": (event.reasoning_tokens, reasoning),
        "input_audio_seconds": (event.input_audio_seconds, event.input_audio_seconds),
        "billable_audio_seconds": (event.billable_audio_seconds, event.billable_audio_seconds),
        "output_image_units": (event.output_images, event.output_images),
        "web_search": (event.web_search_requests, event.web_search_requests),
    }
    return {name: Decimal(part or 0) for name, (count, part) in reported.items() if count is not None}


def _find(event: UsageEvent, prices: Sequence[Price], token_class: str, window_start: datetime) -> Price | None:
    fitting = [price for price in prices if price.applies_to(event, token_class, window_start)]
    return max(fitting, key=lambda price: (price.workspace_id is not None, price.min_prompt_tokens), default=None)
