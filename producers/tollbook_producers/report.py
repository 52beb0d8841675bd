"""What is known about a call beside its attribution and outcome."""

from dataclasses import dataclass
from typing import Any

from tollbook_schemas import LLMUsageStatus, NormalizedTokenUsage

MAX_TEXT = 256
"""No text of an event may be as long, so one cut to it stays invalid and is flagged, not passed off as an id."""

NO_USAGE = NormalizedTokenUsage(flags=())


@dataclass(slots=True)  # not frozen: that would make it three times as slow to build, on the caller's path
class CallReport:
    """What a provider said about one call; everything may be unknown.

    `raw_usage` must have passed `reduce_raw_usage`. `operation_id` counts only where the attribution names none.
    `status` is set only where the answer itself says how the call ended (an error inside a stream, a failed response);
    it then needs an `error_type`. `complete` is false while a stream has not said that it is done. `call_count`,
    `batch` and `aggregate` are for sums of many calls. `identity` (what the provider calls the object) and
    `completed_ms` (milliseconds since 1970) together make the event's id one that every worker derives alike.
    """

    usage: NormalizedTokenUsage = NO_USAGE
    raw_usage: dict[str, Any] | None = None
    response_model: str | None = None
    request_id: str | None = None
    service_tier: str | None = None
    attempts: int | None = None
    operation_id: str | None = None
    status: LLMUsageStatus | None = None
    error_type: str | None = None
    complete: bool = True
    call_count: int = 1
    batch: bool = False
    aggregate: bool = False
    identity: str | None = None
    completed_ms: int | None = None
    flags: tuple[str, ...] = ()
    unread: str | None = None
    """How the counts are to be read from `raw_usage` later, where that holds the usage as it came.

    No other text of the report is then longer than `MAX_TEXT`.
    """
