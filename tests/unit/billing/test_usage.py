"""Sums that keep null apart from zero, and money to the last digit."""

from dataclasses import fields
from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_billing import Usage
from tollbook_billing.usage import CALL_FIELDS, REPORTED_FIELDS
from tollbook_schemas import NormalizedTokenUsage

amounts = st.none() | st.integers(0, 10**18)
money = st.none() | st.decimals(0, 10**9, places=20)
quantities = st.dictionaries(st.sampled_from(("input_text", "web_search")), st.decimals(0, 10**9, places=3))
usages = st.builds(
    Usage,
    events=st.integers(0, 10**6),
    calls_error=st.integers(0, 10**6),
    prompt_tokens=amounts,
    cost=money,
    corrections=st.none() | st.decimals(-(10**9), 10**9, places=20),
    unpriced=quantities,
)


@given(usages, usages, usages)
def test_sums_do_not_depend_on_order(one: Usage, two: Usage, three: Usage) -> None:
    assert (one + two) + three == one + (two + three)
    assert one + two == two + one


@given(usages)
def test_nothing_added_changes_nothing(usage: Usage) -> None:
    assert usage + Usage() == usage


def test_unknown_and_zero_are_different() -> None:
    assert (Usage(prompt_tokens=0) + Usage()).prompt_tokens == 0
    assert (Usage() + Usage()).prompt_tokens is None


def test_money_beyond_the_usual_28_digits_is_kept() -> None:
    digits = Decimal("1234567890123456.123456789012345678")
    assert (Usage(cost=digits) + Usage(cost=digits)).cost == Decimal("2469135780246912.246913578024691356")


def test_money_that_could_not_be_kept_is_an_error() -> None:
    with pytest.raises(Inexact):
        Usage(cost=Decimal(10) ** 300) + Usage(cost=Decimal(1))


def test_coverage_is_exact_and_unknown_without_calls() -> None:
    assert Usage().coverage is None
    assert Usage(calls_success=2, calls_timeout=1, calls_with_usage=2).coverage == Fraction(2, 3)


def test_every_count_of_the_contract_has_a_field() -> None:
    names = {field.name for field in fields(Usage)}
    assert set(NormalizedTokenUsage.model_fields) - {"flags"} <= set(REPORTED_FIELDS)
    assert names == {*CALL_FIELDS, *REPORTED_FIELDS, "cost", "corrections", "reported", "unpriced"}
