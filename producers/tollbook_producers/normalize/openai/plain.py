"""The usual answer of a chat completion, told from any other at a glance."""

from functools import lru_cache
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.json import Decoder

from tollbook_producers.normalize.openai.usage import normalize_openai_chat
from tollbook_producers.normalize.openai.web_search import searches_of_tools
from tollbook_producers.normalize.report import MAX_COUNT
from tollbook_producers.normalize.wire import tier
from tollbook_producers.report import MAX_TEXT, CallReport
from tollbook_schemas import NormalizedTokenUsage

CHAT = "openai.chat"
"""How the usage of such an answer is read later."""

_Text = Annotated[str, Meta(max_length=MAX_TEXT)]
_Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)] | None
_Name = Literal[
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cost_in_usd_ticks",
    "num_sources_used",
    "prompt_tokens_details",
    "completion_tokens_details",
]
_Detail = Literal[
    "cached_tokens",
    "cache_write_tokens",
    "audio_tokens",
    "image_tokens",
    "text_tokens",
    "reasoning_tokens",
    "accepted_prediction_tokens",
    "rejected_prediction_tokens",
]


class _Answer(Struct, gc=False):
    """What is read of an answer, all of it of the type that it usually has."""

    usage: dict[_Name, _Count | dict[_Detail, _Count]]
    id: _Text | None = None
    model: _Text | None = None
    service_tier: str | None = None
    error: None = None


_tier = lru_cache(maxsize=64)(tier)  # there are few of them
_read = Decoder(_Answer).decode


def unread_chat(body: bytes) -> CallReport | None:
    """The report of an answer whose usage holds nothing but counts under known names; None for any other.

    Of such a usage nothing has to be dropped before it is written to disk, so its counts are read from `raw_usage`
    later, off the caller's path. What the model said is passed over unread: reading it all takes three times as long.
    """
    try:
        answer = _read(body)
    except (ValueError, RecursionError):
        return None
    usage: Any = answer.usage
    report = CallReport(raw_usage=usage, unread=CHAT)
    report.response_model, report.request_id = answer.model or None, answer.id or None
    report.service_tier = _tier(answer.service_tier)
    return report


def read_chat(usage: object) -> NormalizedTokenUsage:
    """The counts of a chat completion's usage."""
    return normalize_openai_chat(usage, web_searches=searches_of_tools(usage))
