"""`usage` of OpenAI-shaped chat completions (and of completions): OpenAI, xAI, gateways."""

from collections.abc import Mapping
from decimal import Decimal

from tollbook_producers.normalize.clamp import clamp
from tollbook_producers.normalize.report import Report, no_usage
from tollbook_schemas import NormalizedTokenUsage

_TICK = Decimal("1e-10")
_MAX_TICKS = 10**15
_PROMPT_DETAILS = {
    "cached_tokens": "cached_prompt_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "audio_tokens": "input_audio_tokens",
    "image_tokens": "input_image_tokens",
}
_COMPLETION_DETAILS = {
    "reasoning_tokens": "reasoning_tokens",
    "audio_tokens": "output_audio_tokens",
    "image_tokens": "output_image_tokens",
}


def normalize_openai_chat(usage: object) -> NormalizedTokenUsage:
    """Canonical counts of a chat completion's `usage`, whatever JSON it is."""
    if not isinstance(usage, Mapping):
        return no_usage(usage)
    report = Report()
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        report.take(usage, name, name)
    _take_details(report, usage, "prompt_tokens_details", _PROMPT_DETAILS)
    _take_details(report, usage, "completion_tokens_details", _COMPLETION_DETAILS)
    _complete(report)
    _take_cost(report, usage)
    clamp(report)
    return report.usage()


def _take_details(report: Report, usage: Mapping[str, object], key: str, names: Mapping[str, str]) -> None:
    details = report.object_at(usage, key, f"{key}_invalid")
    for wire, name in names.items():
        report.take(details, wire, name)


def _complete(report: Report) -> None:
    """Some providers leave hidden thinking out of the completion but not out of the total (xAI: 12 + 1 + 228 = 241)."""
    counts = report.counts
    prompt, completion, total = counts["prompt_tokens"], counts["completion_tokens"], counts["total_tokens"]
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
    report.cost_usd = ticks * _TICK
