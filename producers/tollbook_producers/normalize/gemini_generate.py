"""`usageMetadata` of Gemini's generate_content, on the Developer API and on Vertex."""

from collections.abc import Iterable, Mapping

from tollbook_producers.normalize.clamp import clamp
from tollbook_producers.normalize.report import MAX_COUNT, Report, no_usage
from tollbook_schemas import NormalizedTokenUsage

_INPUT = ("promptTokensDetails", "toolUsePromptTokensDetails")
_CACHED = ("cacheTokensDetails",)
_OUTPUT = ("candidatesTokensDetails",)
_KINDS = {"audio": "AUDIO", "image": "IMAGE"}


def normalize_gemini_generate(usage: object) -> NormalizedTokenUsage:
    """Canonical counts of a `usageMetadata`, whatever JSON it is.

    Gemini leaves zeros out: a count that is absent beside a reported prompt count is 0.
    """
    if not isinstance(usage, Mapping):
        return no_usage(usage)
    report = Report()
    prompt = report.read(usage, "promptTokenCount", "prompt_tokens")
    tool_use = report.read(usage, "toolUsePromptTokenCount", "tool_use_prompt_tokens")
    thoughts = report.read(usage, "thoughtsTokenCount", "reasoning_tokens")
    report.take(usage, "totalTokenCount", "total_tokens")
    report.take(usage, "cachedContentTokenCount", "cached_prompt_tokens")
    report.counts |= {"tool_use_prompt_tokens": tool_use, "reasoning_tokens": thoughts}
    report.counts["prompt_tokens"] = None if prompt is None else _bounded(prompt + (tool_use or 0))
    report.counts["completion_tokens"] = _completion(report, usage, thoughts, prompt)
    if prompt is not None:
        _absent_is_zero(report, usage)
    _take_modalities(report, usage)
    _check_total(report)
    clamp(report)
    return report.usage()


def _completion(report: Report, usage: Mapping[str, object], thoughts: int | None, prompt: int | None) -> int | None:
    candidates = report.read(usage, "candidatesTokenCount", "completion_tokens")
    if candidates is None and usage.get("candidatesTokenCount") is not None:
        return None
    if candidates is None and thoughts is None and prompt is None:
        return None
    return _bounded((candidates or 0) + (thoughts or 0))


def _absent_is_zero(report: Report, usage: Mapping[str, object]) -> None:
    for key, name in (
        ("cachedContentTokenCount", "cached_prompt_tokens"),
        ("thoughtsTokenCount", "reasoning_tokens"),
        ("toolUsePromptTokenCount", "tool_use_prompt_tokens"),
    ):
        if usage.get(key) is None:
            report.counts[name] = 0


def _take_modalities(report: Report, usage: Mapping[str, object]) -> None:
    for kind in _KINDS:
        report.counts[f"input_{kind}_tokens"] = _modality(report, usage, _INPUT, f"input_{kind}_tokens", kind)
        report.counts[f"cached_{kind}_tokens"] = _modality(report, usage, _CACHED, f"cached_{kind}_tokens", kind)
        report.counts[f"output_{kind}_tokens"] = _modality(report, usage, _OUTPUT, f"output_{kind}_tokens", kind)


def _modality(report: Report, usage: Mapping[str, object], keys: Iterable[str], name: str, kind: str) -> int | None:
    """The tokens of one modality over its lists; None where no list was sent."""
    total = None
    for key in keys:
        entries = report.list_at(usage, key, f"{key}_invalid")
        for entry in entries or ():
            total = total or 0
            if isinstance(entry, Mapping) and entry.get("modality") == _KINDS[kind]:
                total += report.read(entry, "tokenCount", name) or 0
    return _bounded(total)


def _check_total(report: Report) -> None:
    prompt, completion = report.counts["prompt_tokens"], report.counts["completion_tokens"]
    total = report.counts["total_tokens"]
    if None not in (prompt, completion, total) and total != (prompt or 0) + (completion or 0):
        report.flag("total_tokens_mismatch")


def _bounded(count: int | None) -> int | None:
    return None if count is None else min(count, MAX_COUNT)
