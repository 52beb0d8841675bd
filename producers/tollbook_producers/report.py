"""What is known about a call beside its attribution and outcome."""

from dataclasses import dataclass
from typing import Any

from tollbook_schemas import NormalizedTokenUsage

NO_USAGE = NormalizedTokenUsage(flags=())


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a provider said about one call; everything may be unknown.

    `raw_usage` must have passed `reduce_raw_usage`. `operation_id` counts only where the attribution names none.
    """

    usage: NormalizedTokenUsage = NO_USAGE
    raw_usage: dict[str, Any] | None = None
    response_model: str | None = None
    request_id: str | None = None
    service_tier: str | None = None
    attempts: int | None = None
    operation_id: str | None = None
