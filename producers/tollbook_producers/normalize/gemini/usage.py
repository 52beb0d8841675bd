"""Usage objects of Gemini's shapes to canonical counts, whatever JSON they are.

Prompt and tool use add up to what was consumed, candidates and thoughts to what was generated. Gemini leaves zeros
out: a count that is absent beside a reported prompt count is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tollbook_producers.normalize.clamp import clamp
from tollbook_producers.normalize.report import MAX_COUNT, Report, no_usage
from tollbook_schemas import NormalizedTokenUsage

_INPUT = {"AUDIO": "input_audio_tokens", "IMAGE": "input_image_tokens"}
_CACHED = {"AUDIO": "cached_audio_tokens", "IMAGE": "cached_image_tokens"}
_OUTPUT = {"AUDIO": "output_audio_tokens", "IMAGE": "output_image_tokens"}


@dataclass(frozen=True, slots=True)
class _Shape:
    """The keys of one kind of usage object; of several spellings the first that is there counts."""

    prompt: str
    tool_use: str
    candidates: tuple[str, ...]
    thoughts: str
    cached: str
    total: str
    lists: tuple[tuple[tuple[str, ...], Mapping[str, str]], ...]
    tokens: str
    total_may_omit_thoughts: bool = False


_GENERATE = _Shape(
    prompt="promptTokenCount",
    tool_use="toolUsePromptTokenCount",
    candidates=("candidatesTokenCount",),
    thoughts="thoughtsTokenCount",
    cached="cachedContentTokenCount",
    total="totalTokenCount",
    lists=(
        (("promptTokensDetails", "promptTokenDetails"), _INPUT),
        (("toolUsePromptTokensDetails",), _INPUT),
        (("cacheTokensDetails",), _CACHED),
        (("candidatesTokensDetails",), _OUTPUT),
    ),
    tokens="tokenCount",
)
_LIVE = _Shape(
    prompt="promptTokenCount",
    tool_use="toolUsePromptTokenCount",
    candidates=("responseTokenCount", "candidatesTokenCount"),
    thoughts="thoughtsTokenCount",
    cached="cachedContentTokenCount",
    total="totalTokenCount",
    lists=(
        (("promptTokensDetails",), _INPUT),
        (("toolUsePromptTokensDetails",), _INPUT),
        (("cacheTokensDetails",), _CACHED),
        (("responseTokensDetails", "candidatesTokensDetails"), _OUTPUT),
    ),
    tokens="tokenCount",
    total_may_omit_thoughts=True,
)
_INTERACTION = _Shape(
    prompt="total_input_tokens",
    tool_use="total_tool_use_tokens",
    candidates=("total_output_tokens",),
    thoughts="total_thought_tokens",
    cached="total_cached_tokens",
    total="total_tokens",
    lists=(
        (("input_tokens_by_modality",), _INPUT),
        (("tool_use_tokens_by_modality",), _INPUT),
        (("cached_tokens_by_modality",), _CACHED),
        (("output_tokens_by_modality",), _OUTPUT),
    ),
    tokens="tokens",
)


def normalize_gemini_generate(usage: object, *, web_searches: int | None = None) -> NormalizedTokenUsage:
    """`usageMetadata` of generate_content and of embed_content (whose list is `promptTokenDetails`, sic)."""
    return _normalize(usage, _GENERATE, web_searches)


def normalize_gemini_live(usage: object) -> NormalizedTokenUsage:
    """`usageMetadata` of one Live message; its total leaves thoughts out."""
    return _normalize(usage, _LIVE, None)


def normalize_gemini_interaction(usage: object, *, web_searches: int | None = None) -> NormalizedTokenUsage:
    """`usage` of an interaction."""
    return _normalize(usage, _INTERACTION, web_searches)


def _normalize(usage: object, shape: _Shape, web_searches: int | None) -> NormalizedTokenUsage:
    if not isinstance(usage, Mapping):
        return no_usage(usage)
    report = Report()
    counts = report.counts
    _take_totals(report, usage, shape)
    _take_modalities(report, usage, shape)
    _check_total(report, shape)
    if web_searches is not None:
        counts["web_search_requests"] = web_searches
    clamp(report)
    return report.usage()


def _take_totals(report: Report, usage: Mapping[str, object], shape: _Shape) -> None:
    counts = report.counts
    prompt = report.read(usage, shape.prompt, "prompt_tokens")
    zero = None if prompt is None else 0
    tool_use = _count(report, usage, shape.tool_use, "tool_use_prompt_tokens", zero)
    thoughts = _count(report, usage, shape.thoughts, "reasoning_tokens", zero)
    key = _sent(usage, shape.candidates)
    candidates = _count(report, usage, key, "completion_tokens", zero)
    counts["total_tokens"] = report.read(usage, shape.total, "total_tokens")
    counts["cached_prompt_tokens"] = _count(report, usage, shape.cached, "cached_prompt_tokens", zero)
    counts["tool_use_prompt_tokens"], counts["reasoning_tokens"] = tool_use, thoughts
    counts["prompt_tokens"] = None if prompt is None else min(prompt + (tool_use or 0), MAX_COUNT)
    if candidates is None and (usage.get(key) is not None or thoughts is None):
        counts["completion_tokens"] = None
    else:
        counts["completion_tokens"] = min((candidates or 0) + (thoughts or 0), MAX_COUNT)


def _count(report: Report, usage: Mapping[str, object], key: str, name: str, absent: int | None) -> int | None:
    return absent if usage.get(key) is None else report.read(usage, key, name)


def _take_modalities(report: Report, usage: Mapping[str, object], shape: _Shape) -> None:
    """The audio and image tokens over lists of modalities; unknown where no list was sent."""
    counts = report.counts
    for keys, names in shape.lists:
        key = _sent(usage, keys)
        entries = report.list_at(usage, key, f"{key}_invalid")
        if not entries:
            continue
        for name in names.values():
            counts.setdefault(name, 0)
        for entry in entries:
            if isinstance(entry, Mapping) and isinstance(modality := entry.get("modality"), str):
                _add(report, names.get(modality.upper()), entry, shape.tokens)


def _add(report: Report, name: str | None, entry: Mapping[str, object], tokens: str) -> None:
    if name is not None:
        count = report.read(entry, tokens, name) or 0
        report.counts[name] = min((report.counts[name] or 0) + count, MAX_COUNT)


def _sent(usage: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """The spelling that is there, else the first."""
    for key in keys:
        if usage.get(key) is not None:
            return key
    return keys[0]


def _check_total(report: Report, shape: _Shape) -> None:
    counts = report.counts
    prompt, completion, total = counts["prompt_tokens"], counts["completion_tokens"], counts["total_tokens"]
    if prompt is None or completion is None or total is None or total == prompt + completion:
        return
    if not (shape.total_may_omit_thoughts and total == prompt + completion - (counts["reasoning_tokens"] or 0)):
        report.flag("total_tokens_mismatch")
