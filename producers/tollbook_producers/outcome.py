"""How a call ended, from the exception it raised, without importing any SDK."""

import asyncio

from tollbook_schemas import LLMUsageStatus

_TIMEOUT_CLASSES = frozenset({"APITimeoutError", "TimeoutException", "Timeout", "TimeoutError"})
"""Roots of the timeouts of openai, httpx, requests and urllib3; found anywhere among an exception's classes."""
_MAX_CODE = 64


def outcome_of(error: BaseException) -> tuple[LLMUsageStatus, str]:
    """Status and error type.

    The type is `timeout`, `cancelled`, `interrupted` (KeyboardInterrupt and its like), `http_<status>` or the
    exception's class name; never its text.
    """
    if isinstance(error, asyncio.CancelledError):
        return LLMUsageStatus.ERROR, "cancelled"
    if not isinstance(error, Exception):
        return LLMUsageStatus.ERROR, "interrupted"
    if any(kind.__name__ in _TIMEOUT_CLASSES for kind in type(error).__mro__):
        return LLMUsageStatus.TIMEOUT, "timeout"
    status = _http_status(error)
    return LLMUsageStatus.ERROR, type(error).__name__[:_MAX_CODE] if status is None else f"http_{status}"


def _http_status(error: Exception) -> int | None:
    """`status_code` of openai, `code` of google-genai, the response of httpx and requests."""
    response = getattr(error, "response", None)
    for value in (
        getattr(error, "status_code", None),
        getattr(error, "code", None),
        getattr(response, "status_code", None),
    ):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
