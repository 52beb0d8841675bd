"""Subsets held within their whole, so that the split into price classes is never negative."""

from tollbook_producers.normalize.report import Report

_OUTPUT_SUBSETS = ("output_audio_tokens", "output_image_tokens", "reasoning_tokens")


def clamp(report: Report) -> None:
    """Cut subsets that exceed their whole and flag them `<name>_clamped`; a subset of an unknown whole becomes null."""
    if not fits(report.counts):
        cut(report)


def fits(counts: dict[str, int | None]) -> bool:
    """Whether there is nothing to cut, told quickly: the usual case, on the caller's path."""
    get = counts.get
    prompt, completion = get("prompt_tokens"), get("completion_tokens")
    if prompt is None or completion is None:
        return False
    audio, image = get("input_audio_tokens"), get("input_image_tokens")
    cached_audio, cached_image = get("cached_audio_tokens"), get("cached_image_tokens")
    if (cached_audio is not None and (audio is None or cached_audio > audio)) or (
        cached_image is not None and (image is None or cached_image > image)
    ):
        return False
    cached, cached_parts = get("cached_prompt_tokens") or 0, (cached_audio or 0) + (cached_image or 0)
    inputs = cached + (get("cache_write_tokens") or 0) + (audio or 0) + (image or 0) - cached_parts
    outputs = (get("output_audio_tokens") or 0) + (get("output_image_tokens") or 0) + (get("reasoning_tokens") or 0)
    tool_use = get("tool_use_prompt_tokens") or 0
    return cached_parts <= cached and inputs <= prompt and tool_use <= prompt and outputs <= completion


def cut(report: Report) -> None:
    """As `clamp`, without looking first whether anything has to be cut."""
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
