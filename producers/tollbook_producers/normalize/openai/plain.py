"""The usual answer of a chat completion, told from any other at a glance."""

from typing import Any

from tollbook_producers.normalize.openai.usage import normalize_openai_chat
from tollbook_producers.normalize.openai.web_search import searches_of_tools
from tollbook_producers.normalize.wire import tier
from tollbook_producers.read import text
from tollbook_producers.report import CallReport
from tollbook_schemas import NormalizedTokenUsage

CHAT = "openai.chat"
"""How the usage of such an answer is read later."""

_COUNTS = frozenset({"prompt_tokens", "completion_tokens", "total_tokens", "cost_in_usd_ticks", "num_sources_used"})
_DETAILS = frozenset({"prompt_tokens_details", "completion_tokens_details"})
_NAMES = _COUNTS | _DETAILS
_DETAIL_COUNTS = frozenset(
    {
        *("cached_tokens", "cache_write_tokens", "audio_tokens", "image_tokens", "text_tokens", "reasoning_tokens"),
        *("accepted_prediction_tokens", "rejected_prediction_tokens"),
    }
)


def unread_chat(answer: object) -> CallReport | None:
    """The report of an answer whose usage holds nothing but counts under known names; None for any other.

    Of such a usage nothing has to be dropped before it is written to disk, so its counts are read from `raw_usage`
    later, off the caller's path.
    """
    if type(answer) is not dict:
        return None
    usage = answer.get("usage")
    if type(usage) is not dict or answer.get("error") is not None or not _is_plain(usage):
        return None
    return CallReport(
        raw_usage=usage,
        unread=CHAT,
        response_model=text(answer.get("model")),
        request_id=text(answer.get("id")),
        service_tier=tier(answer.get("service_tier")),
    )


def read_chat(usage: object) -> NormalizedTokenUsage:
    """The counts of a chat completion's usage."""
    return normalize_openai_chat(usage, web_searches=searches_of_tools(usage))


def _is_plain(usage: dict[str, Any]) -> bool:
    for name, value in usage.items():
        if type(value) is dict:
            if name not in _DETAILS or not _are_counts(value):
                return False
        elif (type(value) is not int and value is not None) or name not in _NAMES:
            return False
    return True


def _are_counts(details: dict[str, Any]) -> bool:
    for name, value in details.items():
        if (type(value) is not int and value is not None) or name not in _DETAIL_COUNTS:
            return False
    return True
