from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.normalize import sum_usage
from tollbook_schemas import NormalizedTokenUsage
from tollbook_schemas.usage import USAGE_FIELDS
from unit.schemas.strategies import token_usage

usages = st.lists(token_usage().map(NormalizedTokenUsage.model_validate), max_size=4)


@given(usages)
def test_fields_add_up_and_what_nobody_reported_stays_null(parts: list[NormalizedTokenUsage]) -> None:
    total = sum_usage(parts)
    for name in USAGE_FIELDS:
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        assert getattr(total, name) == (sum(known) if known else None)


def test_a_sum_that_no_event_can_hold_is_null_and_flagged() -> None:
    huge = NormalizedTokenUsage(prompt_tokens=10**10, provider_cost_usd=Decimal(10**5), flags=("a",))
    total = sum_usage([huge, huge])
    assert (total.prompt_tokens, total.provider_cost_usd) == (None, None)
    assert set(total.flags) == {"a", "prompt_tokens_invalid", "provider_cost_usd_invalid"}
