"""Sums of usage that keep what nobody reported apart from zero, and money exact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import reduce
from typing import Any

from tollbook_schemas.usage import USAGE_FIELDS

REPORTED_FIELDS: tuple[str, ...] = (*USAGE_FIELDS, "latency_ms")
"""The amounts that a call may or may not report."""
CALL_FIELDS = ("events", "calls_success", "calls_missing_usage", "calls_timeout", "calls_error", "calls_with_usage")
MONEY_FIELDS = ("cost", "corrections")
_EXACT = Context(prec=200, traps=[Inexact])


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Net usage of some calls.

    Amounts are None where no call reported them; `reported` says how many calls did. Seconds and money are exact
    decimals. `cost` is None where nothing could be priced; it leaves out `unpriced` (class to quantity) and calls
    without usage. `corrections` is what corrections of past prices add to it; None where none concerns it.
    """

    events: int = 0
    calls_success: int = 0
    calls_missing_usage: int = 0
    calls_timeout: int = 0
    calls_error: int = 0
    calls_with_usage: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    input_audio_tokens: int | None = None
    output_audio_tokens: int | None = None
    cached_prompt_tokens: int | None = None
    cached_audio_tokens: int | None = None
    cached_image_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    tool_use_prompt_tokens: int | None = None
    input_image_tokens: int | None = None
    output_image_tokens: int | None = None
    input_audio_seconds: Decimal | None = None
    billable_audio_seconds: Decimal | None = None
    output_audio_seconds: Decimal | None = None
    output_images: int | None = None
    web_search_requests: int | None = None
    provider_cost_usd: Decimal | None = None
    latency_ms: int | None = None
    cost: Decimal | None = None
    corrections: Decimal | None = None
    reported: Mapping[str, int] = field(default_factory=dict)
    unpriced: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """All calls, however they ended."""
        return self.calls_success + self.calls_missing_usage + self.calls_timeout + self.calls_error

    @property
    def coverage(self) -> Fraction | None:
        """Calls with usage / calls; None for no calls."""
        return Fraction(self.calls_with_usage, self.calls) if self.calls else None

    @property
    def total(self) -> Decimal | None:
        """What is owed: the cost with its corrections; None where nothing could be priced."""
        total: Decimal | None = _plus(self.cost, self.corrections)
        return total

    def __add__(self, other: "Usage") -> "Usage":
        """The sum. None and an amount make the amount."""
        calls: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in CALL_FIELDS}
        amounts: dict[str, Any] = {
            name: _plus(getattr(self, name), getattr(other, name)) for name in (*REPORTED_FIELDS, *MONEY_FIELDS)
        }
        return Usage(
            **calls,
            **amounts,
            reported=_merge(self.reported, other.reported),
            unpriced=_merge(self.unpriced, other.unpriced),
        )


def usage_of_row(row: Mapping[str, Any]) -> Usage:
    """Usage from a row of get_usage."""
    calls: dict[str, Any] = {name: row[name] for name in CALL_FIELDS}
    amounts: dict[str, Any] = {name: row[name] for name in (*REPORTED_FIELDS, *MONEY_FIELDS)}
    return Usage(
        **calls,
        **amounts,
        reported={name: row[f"{name}_calls"] for name in REPORTED_FIELDS if row[f"{name}_calls"]},
        unpriced={name: Decimal(quantity) for name, quantity in sorted(row["unpriced"].items())},
    )


def exact_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known with every digit; None where nothing is. Raises Inexact beyond 200 digits."""
    total: Decimal | None = reduce(_plus, amounts, None)
    return total


def _plus(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return right if left is None else left
    return _EXACT.add(left, right) if isinstance(left, Decimal) else left + right


def _merge(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plus(left.get(name), right.get(name)) for name in sorted({*left, *right})}
