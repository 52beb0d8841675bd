"""Prices to start from, out of the `genai-prices` package: only what it states outright, and nothing guessed.

Its units and ours: input tokens of a modality without a price of their own would fall back to the text price there;
here they stay unpriced. Prices by the hour of audio (a second's is often no finite decimal), by the time of day, for
single requests, for a cache's lifetime, or above a prompt size that is no band of ours cannot be applied to totals
exactly and are left out, with the reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from pydantic import ValidationError

from tollbook_cli.pricing.errors import SeedMissingError
from tollbook_cli.pricing.price import Price, TokenClass

PROVIDERS = {"openai": "openai", "google": "gemini", "x-ai": "xai", "azure": "azure", "anthropic": "anthropic"}
"""Their names of providers, and the names in our events."""
_PER_MILLION: dict[str, TokenClass] = {
    "input_mtok": "input_text",
    "cache_read_mtok": "cached_text",
    "cache_audio_read_mtok": "cached_audio",
    "cache_image_read_mtok": "cached_image",
    "cache_write_mtok": "cache_write",
    "input_audio_mtok": "input_audio",
    "input_image_mtok": "input_image",
    "output_mtok": "output_text",
    "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image",
    "output_reasoning_mtok": "reasoning",
}
_UNITS: dict[str, tuple[TokenClass, int]] = {
    **{name: (token_class, 1_000_000) for name, token_class in _PER_MILLION.items()},
    "web_searches_kcount": ("web_search", 1000),
}


@dataclass(frozen=True, slots=True)
class Seeds:
    """Prices, and how many others were left out by reason."""

    prices: list[Price]
    left_out: dict[str, int]


def genai_seeds(start: datetime, providers: Iterable[str] = tuple(PROVIDERS.values())) -> Seeds:
    """What the installed genai-prices states about providers of ours from `start` on. Raises SeedMissingError."""
    try:
        from genai_prices.data import providers as known  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as error:
        raise SeedMissingError(
            "the `genai-prices` package is missing: install the extra: pip install 'tollbook[prices]'"
        ) from error
    wanted = set(providers)
    source = f"seed: list price, from genai-prices {version('genai-prices')}"
    seeds = Seeds([], {})
    for provider in known:
        name = PROVIDERS.get(provider.id)
        for model in provider.models if name in wanted else ():
            for names in sorted({model.id, *_exact_names(model.match)}):
                _add_model(seeds, model, {"provider": name, "model": names, "source": source}, start)
    return _without_doubt(seeds)


def _without_doubt(seeds: Seeds) -> Seeds:
    """Of a name that two models claim nothing is known."""
    priced = Counter((price.key, price.start) for price in seeds.prices)
    sure = [price for price in seeds.prices if priced[price.key, price.start] == 1]
    doubted = len(seeds.prices) - len(sure)
    return Seeds(sure, seeds.left_out | ({"a name that two models claim": doubted} if doubted else {}))


def _exact_names(match: Any) -> Iterator[str]:
    """The names that a model is known by exactly; patterns name models that may cost something else."""
    if hasattr(match, "equals"):
        yield match.equals
    for clause in getattr(match, "or_", ()):
        yield from _exact_names(clause)


def _add_model(seeds: Seeds, model: Any, names: dict[str, Any], start: datetime) -> None:
    offered = model.prices if isinstance(model.prices, list) else [_Always(model.prices)]
    for offer in _in_force_from(seeds, offered, start):
        _add(seeds, offer.prices, {**names, "start": _begin(offer, start)})
    for variant in model.price_variants or ():
        kind = _variant(variant.when)
        if not vars(variant.prices):
            continue
        if kind is None or not _has_date(variant):
            _leave_out(seeds, "a condition that totals do not tell apart")
        else:
            _add(seeds, variant.prices, {**names, **kind, "start": _begin(variant, start)})


@dataclass(frozen=True, slots=True)
class _Always:
    prices: Any
    constraint: None = None


def _in_force_from(seeds: Seeds, offers: list[Any], start: datetime) -> list[Any]:
    """The offers that are in force at `start` or begin later; of those that began before, the last."""
    dated = [offer for offer in offers if _has_date(offer)]
    for _ in range(len(offers) - len(dated)):
        _leave_out(seeds, "a price by the time of day")
    begun = [offer for offer in dated if _begin(offer, start) == start]
    return [*begun[-1:], *(offer for offer in dated if offer not in begun)]


def _has_date(offer: Any) -> bool:
    return offer.constraint is None or hasattr(offer.constraint, "start_date")


def _begin(offer: Any, start: datetime) -> datetime:
    if offer.constraint is None:
        return start
    return max(start, datetime.combine(offer.constraint.start_date, time(), UTC))


def _variant(when: dict[str, str]) -> dict[str, Any] | None:
    """The tier or batch that a condition means, None for others. Their default tier has the standard price."""
    if when == {"processing": "batch"}:
        return {"batch": True}
    if set(when) == {"service_tier"} and when["service_tier"] not in ("default", "standard", "auto"):
        return {"service_tier": when["service_tier"]}
    return None


def _add(seeds: Seeds, prices: Any, names: dict[str, Any]) -> None:
    for unit, value in vars(prices).items():
        if value is None or unit.startswith("_"):
            continue
        if unit not in _UNITS:
            _leave_out(seeds, f"the unit {unit}")
            continue
        try:
            seeds.prices.extend(_prices(unit, value, names))
        except ValidationError as error:
            _leave_out(seeds, error.errors()[0]["msg"].removeprefix("Value error, "))


def _prices(unit: str, value: Any, names: dict[str, Any]) -> list[Price]:
    """The prices of every prompt size, or a ValidationError: without one of them the others would price its prompts."""
    token_class, per = _UNITS[unit]
    return [
        Price.model_validate(
            {**names, "token_class": token_class, "unit": per, "price": amount, "min_prompt_tokens": threshold}
        )
        for threshold, amount in _steps(value)
    ]


def _steps(value: Any) -> list[tuple[int, Decimal]]:
    """Thresholds with their prices; theirs, like ours, apply to prompts strictly above."""
    if isinstance(value, Decimal):
        return [(0, value)]
    return [(0, value.base), *((tier.start, tier.price) for tier in value.tiers)]


def _leave_out(seeds: Seeds, reason: str) -> None:
    seeds.left_out[reason] = seeds.left_out.get(reason, 0) + 1
