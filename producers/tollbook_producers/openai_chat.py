"""Chat completions on the wire: which requests they are, and what their answers report."""

from collections.abc import Mapping
from typing import Any

from tollbook_producers.exchange import Exchange
from tollbook_producers.normalize import normalize_openai_chat, reduce_raw_usage
from tollbook_producers.read import header, text
from tollbook_producers.report import CallReport

_PATH = "/chat/completions"
_RAW_HEADER = "x-stainless-raw-response"


def chat_model(options: Any) -> str | None:
    """The model that a unary chat completion asks for; None for any other request, streamed ones included."""
    if options.method.lower() != "post" or not options.url.partition("?")[0].rstrip("/").endswith(_PATH):
        return None
    body = {**_mapping(options.json_data), **_mapping(options.extra_json)}
    if body.get("stream") or header(_mapping(options.headers), _RAW_HEADER) == "stream":
        return None
    return text(body.get("model")) or "unknown"


def report_of(exchange: Exchange, error: BaseException | None) -> CallReport:
    """What the answer, or the error that carries one, says about the call."""
    answer = exchange.answer()
    usage = answer.get("usage")
    headers = exchange.headers or getattr(getattr(error, "response", None), "headers", None)
    return CallReport(
        usage=normalize_openai_chat(usage),
        raw_usage=reduce_raw_usage(usage),
        response_model=text(answer.get("model")),
        request_id=header(headers, "x-request-id"),
        service_tier=text(answer.get("service_tier")),
        attempts=exchange.attempts or None,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
