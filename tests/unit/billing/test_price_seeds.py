"""Seeds say no more than genai-prices states outright."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tollbook_cli.pricing.price import Price
from tollbook_cli.pricing.seeds import Seeds, genai_seeds

pytest.importorskip("genai_prices", reason="an optional extra: tollbook[prices]")
START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return genai_seeds(START)


def _prices(seeds: Seeds, model: str, **fields: object) -> dict[str, Decimal]:
    wanted = {"service_tier": None, "batch": False, "min_prompt_tokens": 0, "start": START} | fields
    return {
        price.token_class: price.price
        for price in seeds.prices
        if price.model == model and all(getattr(price, name) == value for name, value in wanted.items())
    }


def test_base_prices_bands_and_tiers_are_told_apart(seeds: Seeds) -> None:
    assert _prices(seeds, "gpt-4.1")["input_text"] == Decimal(2)
    assert _prices(seeds, "gpt-4.1", service_tier="priority")["input_text"] == Decimal("3.5")
    assert set(_prices(seeds, "gpt-4.1", batch=True)) == {"input_text", "output_text"}
    assert _prices(seeds, "gemini-2.5-pro", min_prompt_tokens=200_000)["input_text"] == Decimal("2.5")


def test_dated_names_are_priced_and_patterns_are_not(seeds: Seeds) -> None:
    assert _prices(seeds, "gpt-4.1-2025-04-14") == _prices(seeds, "gpt-4.1")


def test_every_seed_is_marked_has_one_price_a_time_and_our_providers_names(seeds: Seeds) -> None:
    assert all(price.source.startswith("seed: ") for price in seeds.prices)
    assert {price.provider for price in seeds.prices} <= {"openai", "gemini", "xai", "azure", "anthropic"}
    times = [(price.key, price.start) for price in seeds.prices]
    assert len(times) == len(set(times)) > 1000


def test_a_size_that_is_no_band_leaves_out_the_base_price_too(seeds: Seeds) -> None:
    def sizes(price: Price) -> set[int]:
        return {other.min_prompt_tokens for other in seeds.prices if other.model == price.model}

    assert any("is no prompt-size band" in reason for reason in seeds.left_out)
    assert any(sizes(price) == {0} for price in seeds.prices)


def test_what_is_left_out_is_counted_by_reason(seeds: Seeds) -> None:
    assert all(count > 0 for count in seeds.left_out.values())
    assert "the unit storage_searches_kcount" in seeds.left_out
