"""What some calls used together, for whoever wants the figures in hand."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from tollbook_schemas import LLMUsageStatus
from tollbook_schemas.usage import USAGE_FIELDS


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Sums over calls, equal to those of their events.

    `calls` have ended; of these `reported` said what they used. `missing` succeeded and said nothing, `timeouts` and
    `errors` failed, with or without usage. A sum of tokens is over the calls that reported it, and None where none
    did: unknown is not zero. `total_tokens` is what providers call the total.
    """

    calls: int = 0
    reported: int = 0
    missing: int = 0
    timeouts: int = 0
    errors: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None

    def __add__(self, other: Self) -> Self:
        sums = {name: _sum(getattr(self, name), getattr(other, name)) for name in _NAMES}
        return type(self)(**sums)  # type: ignore[arg-type]  # None plus None is only ever a sum of tokens


_NAMES = tuple(field.name for field in fields(TokenUsage))


def usage_of(facts: Mapping[str, Any]) -> TokenUsage:
    """What one event says."""
    calls, status = facts.get("call_count", 1), facts.get("status")
    return TokenUsage(
        calls=calls,
        reported=calls if any(facts.get(name) is not None for name in USAGE_FIELDS) else 0,
        missing=calls if status == LLMUsageStatus.MISSING_USAGE else 0,
        timeouts=calls if status == LLMUsageStatus.TIMEOUT else 0,
        errors=calls if status == LLMUsageStatus.ERROR else 0,
        prompt_tokens=facts.get("prompt_tokens"),
        completion_tokens=facts.get("completion_tokens"),
        total_tokens=facts.get("total_tokens"),
    )


def _sum(left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return right if left is None else left
    return left + right
