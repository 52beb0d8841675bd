"""Subsets held within their whole, so that the split into price classes is never negative."""

from tollbook_producers.normalize.report import Report

_OUTPUT_SUBSETS = ("output_audio_tokens", "output_image_tokens", "reasoning_tokens")


def clamp(report: Report) -> None:
    """Cut subsets that exceed their whole and flag them `<name>_clamped`; a subset of an unknown whole becomes null."""
    prompt = report.counts.get("prompt_tokens")
    _limit(report, "tool_use_prompt_tokens", prompt)
    fresh = _less(prompt, _limit(report, "cached_prompt_tokens", prompt))
    fresh = _less(fresh, _limit(report, "cache_write_tokens", fresh))
    cached_left = report.counts.get("cached_prompt_tokens")
    for kind in ("audio", "image"):
        cached = _limit(report, f"cached_{kind}_tokens", _least(cached_left, report.counts.get(f"input_{kind}_tokens")))
        whole = _limit(report, f"input_{kind}_tokens", None if fresh is None else fresh + cached)
        cached_left, fresh = _less(cached_left, cached), _less(fresh, whole - cached)
    left = report.counts.get("completion_tokens")
    for name in _OUTPUT_SUBSETS:
        left = _less(left, _limit(report, name, left))


def _limit(report: Report, name: str, limit: int | None) -> int:
    """Hold a count to a limit. Returns what is left of it, 0 where it is unknown."""
    value = report.counts.get(name)
    if value is None:
        return 0
    if limit is None:
        if value:
            report.flag(f"{name}_clamped")
        report.counts[name] = None
        return 0
    if value > limit:
        report.flag(f"{name}_clamped")
        report.counts[name] = limit
    return min(value, limit)


def _less(whole: int | None, part: int) -> int | None:
    return None if whole is None else whole - part


def _least(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else min(left, right)
