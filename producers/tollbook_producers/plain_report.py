"""A report from counts that a caller has in hand, mended where they are malformed or contradict each other."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict, Unpack

from tollbook_producers.normalize.clamp import clamp
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.report import Report
from tollbook_producers.read import text
from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus
from tollbook_schemas.usage import SECONDS_FIELDS, TOKEN_FIELDS, UNIT_FIELDS

_COUNTS = tuple((name, name) for name in (*TOKEN_FIELDS, *UNIT_FIELDS))
_MAX_USD = 10**5
_COST = "provider_cost_usd"


class ReportedUsage(TypedDict, total=False):
    """What may be said about a call's answer. None, as leaving out, means that nobody said it; it never means zero.

    `prompt_tokens` is everything consumed and `completion_tokens` everything generated; the other tokens are parts of
    one of them. Durations are seconds, `provider_cost_usd` is what the provider says it charged. `raw_usage` is the
    provider's usage object; only its numbers and short words are kept. `error_type` says that the answer is an error.
    `complete=False` marks running totals.
    """

    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    cached_prompt_tokens: int | None
    cached_audio_tokens: int | None
    cached_image_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    tool_use_prompt_tokens: int | None
    input_audio_tokens: int | None
    input_image_tokens: int | None
    output_audio_tokens: int | None
    output_image_tokens: int | None
    input_audio_seconds: float | None
    billable_audio_seconds: float | None
    output_audio_seconds: float | None
    output_images: int | None
    web_search_requests: int | None
    provider_cost_usd: Decimal | str | float | None
    raw_usage: Mapping[str, Any] | None
    response_model: str | None
    request_id: str | None
    service_tier: str | None
    attempts: int | None
    error_type: str | None
    complete: bool


def usage_report(**said: Unpack[ReportedUsage]) -> CallReport:
    """A call's report from plain counts, for extractors.

    >>> usage_report(prompt_tokens=12, completion_tokens=30, response_model="m1-2026").usage.prompt_tokens
    12

    Values of any type are taken: a malformed one becomes null and is flagged `<name>_invalid`, a part that exceeds its
    whole is cut and flagged `<name>_clamped`.
    """
    report = Report()
    report.take(said, _COUNTS)
    for name in SECONDS_FIELDS:
        report.take_seconds(said, name, name)
    _take_cost(report, said.get(_COST))
    clamp(report)
    error_type, attempts = text(said.get("error_type")), said.get("attempts")
    return CallReport(
        usage=report.usage(),
        raw_usage=reduce_raw_usage(said.get("raw_usage")),
        response_model=text(said.get("response_model")),
        request_id=text(said.get("request_id")),
        service_tier=text(said.get("service_tier")),
        attempts=attempts if type(attempts) is int and attempts > 0 else None,
        status=None if error_type is None else LLMUsageStatus.ERROR,
        error_type=error_type,
        complete=said.get("complete", True) is not False,
    )


def _take_cost(report: Report, cost: object) -> None:
    if cost is None:
        return
    try:
        amount = Decimal(str(cost))
    except InvalidOperation:
        amount = Decimal(-1)
    if amount.is_finite() and 0 <= amount <= _MAX_USD:
        report.others[_COST] = amount
    else:
        report.flag(f"{_COST}_invalid")
