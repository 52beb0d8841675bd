"""What the wire JSON of a generate_content answer reports."""

from collections.abc import Callable, Mapping
from typing import Any

from tollbook_producers.exchange import Exchange
from tollbook_producers.normalize import normalize_gemini_generate, reduce_raw_usage
from tollbook_producers.read import header, text
from tollbook_producers.report import CallReport


def report_of(exchange: Exchange, operation_of: Callable[[Mapping[str, Any]], str | None]) -> CallReport:
    """The report of one request; the service tier served is in a header and, on some surfaces, in the usage."""
    answer = exchange.answer()
    usage = answer.get("usageMetadata")
    tier = header(exchange.headers, "x-gemini-service-tier")
    return CallReport(
        usage=normalize_gemini_generate(usage),
        raw_usage=reduce_raw_usage(usage),
        response_model=text(answer.get("modelVersion")),
        request_id=text(answer.get("responseId")),
        service_tier=tier or (text(usage.get("serviceTier")) if isinstance(usage, Mapping) else None),
        attempts=exchange.attempts or None,
        operation_id=operation_of(answer),
    )
