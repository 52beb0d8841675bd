"""`usage` objects of OpenAI's shapes to canonical counts, whatever JSON they are."""

from collections.abc import Mapping
from decimal import Decimal

from tollbook_producers.normalize.clamp import clamp
from tollbook_producers.normalize.report import Report, no_usage
from tollbook_schemas import NormalizedTokenUsage

_TICK = Decimal("1e-10")
_MAX_TICKS = 10**15

_CHAT = (
    ("prompt_tokens", "prompt_tokens"),
    ("completion_tokens", "completion_tokens"),
    ("total_tokens", "total_tokens"),
)
_TOKENS = (
    ("input_tokens", "prompt_tokens"),
    ("output_tokens", "completion_tokens"),
    ("total_tokens", "total_tokens"),
)
_INPUT_DETAILS = (
    ("cached_tokens", "cached_prompt_tokens"),
    ("cache_write_tokens", "cache_write_tokens"),
    ("audio_tokens", "input_audio_tokens"),
    ("image_tokens", "input_image_tokens"),
)
_CACHED_DETAILS = (("audio_tokens", "cached_audio_tokens"), ("image_tokens", "cached_image_tokens"))
_OUTPUT_DETAILS = (
    ("reasoning_tokens", "reasoning_tokens"),
    ("audio_tokens", "output_audio_tokens"),
    ("image_tokens", "output_image_tokens"),
)
_SECONDS = ("billable_audio_seconds", "output_audio_seconds")


def normalize_openai_chat(usage: object, *, web_searches: int | None = None) -> NormalizedTokenUsage:
    """`prompt_tokens` and `completion_tokens`: chat completions and completions."""
    return chat_report(usage, web_searches).usage() if isinstance(usage, Mapping) else no_usage(usage)


def chat_report(usage: Mapping[str, object], web_searches: int | None = None) -> Report:
    """As `normalize_openai_chat`, before it becomes the contract's model."""
    report = Report()
    report.take(usage, _CHAT)
    report.take(report.object_at(usage, "prompt_tokens_details", "prompt_tokens_details_invalid"), _INPUT_DETAILS)
    report.take(
        report.object_at(usage, "completion_tokens_details", "completion_tokens_details_invalid"), _OUTPUT_DETAILS
    )
    return _finished(report, usage, web_searches=web_searches)


def normalize_openai_tokens(
    usage: object, *, web_searches: int | None = None, images: int | None = None
) -> NormalizedTokenUsage:
    """`input_tokens` and `output_tokens`: responses, decisions, batches, images, transcriptions and realtime.

    A transcription's may be a duration instead: `type: duration` and `seconds`.
    """
    if not isinstance(usage, Mapping):
        return no_usage(usage)
    report = Report()
    report.take(usage, _TOKENS)
    for side, names in (("input", _INPUT_DETAILS), ("output", _OUTPUT_DETAILS)):
        for key in (f"{side}_tokens_details", f"{side}_token_details"):  # realtime says `token`
            details = report.object_at(usage, key, f"{key}_invalid")
            report.take(details, names)
            report.take(report.object_at(details, "cached_tokens_details", f"{key}_invalid"), _CACHED_DETAILS)
    if usage.get("type") == "duration":
        report.take_seconds(usage, "seconds", "input_audio_seconds")
    for name in _SECONDS:
        report.take_seconds(usage, name, name)
    return _finished(report, usage, web_searches=web_searches, images=images).usage()


def normalize_openai_embedding(usage: object) -> NormalizedTokenUsage:
    """An embedding generates nothing: where the prompt is reported, its completion is 0."""
    if not isinstance(usage, Mapping):
        return no_usage(usage)
    report = Report()
    report.take(usage, (("prompt_tokens", "prompt_tokens"), ("total_tokens", "total_tokens")))
    if report.counts.get("prompt_tokens") is not None:
        report.counts["completion_tokens"] = 0
    _take_cost(report, usage)
    return report.usage()


def _finished(
    report: Report, usage: Mapping[str, object], *, web_searches: int | None = None, images: int | None = None
) -> Report:
    _add_hidden_thinking(report)
    _take_cost(report, usage)
    if web_searches is not None:
        report.counts["web_search_requests"] = web_searches
    if images is not None:
        report.counts["output_images"] = images
    clamp(report)
    return report


def _add_hidden_thinking(report: Report) -> None:
    """Some providers leave hidden thinking out of the completion but not out of the total (xAI: 12 + 1 + 228 = 241)."""
    counts = report.counts
    prompt, completion = counts.get("prompt_tokens"), counts.get("completion_tokens")
    total = counts.get("total_tokens")
    if prompt is None or completion is None or total is None:
        return
    if total > prompt + completion:
        counts["completion_tokens"] = total - prompt
    elif total < prompt + completion:
        report.flag("total_tokens_mismatch")


def _take_cost(report: Report, usage: Mapping[str, object]) -> None:
    """xAI says what it charged, in 1e-10 USD."""
    ticks = usage.get("cost_in_usd_ticks")
    if ticks is None:
        return
    if isinstance(ticks, bool) or not isinstance(ticks, int) or not 0 <= ticks <= _MAX_TICKS:
        report.flag("provider_cost_usd_invalid")
        return
    report.others["provider_cost_usd"] = ticks * _TICK
