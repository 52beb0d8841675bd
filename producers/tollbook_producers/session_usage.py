"""The usage of an interview session by bucket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tollbook_producers.token_usage import TokenUsage
from tollbook_schemas import LLMUseCase

NONE = TokenUsage()
BUCKETS: Mapping[str, tuple[str, LLMUseCase]] = {
    "analysis": ("analysis", LLMUseCase.BARBARA_ANALYSIS),
    "topic_overlap": ("topicOverlap", LLMUseCase.BARBARA_TOPIC_OVERLAP),
    "summarisation": ("summarisation", LLMUseCase.BARBARA_QUESTION_SUMMARY),
    "additional_questions": ("additionalQuestions", LLMUseCase.BARBARA_ADDITIONAL_QUESTIONS),
    "session_summary": ("sessionSummary", LLMUseCase.BARBARA_SESSION_SUMMARY),
}
"""Each bucket's name in JSON, and its use case."""


@dataclass(frozen=True, slots=True)
class SessionUsage:
    """Five buckets, a use case each, and their total. Other use cases are in none of them."""

    analysis: TokenUsage = NONE
    topic_overlap: TokenUsage = NONE
    summarisation: TokenUsage = NONE
    additional_questions: TokenUsage = NONE
    session_summary: TokenUsage = NONE
    total: TokenUsage = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum((getattr(self, bucket) for bucket in BUCKETS), NONE))

    def __add__(self, other: "SessionUsage") -> "SessionUsage":
        return SessionUsage(**{bucket: getattr(self, bucket) + getattr(other, bucket) for bucket in BUCKETS})

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """`{"analysis": {"calls": 1, "prompt": 12, "completion": 3}, …, "total": {…}}`, null where nobody reported."""
        names = {bucket: name for bucket, (name, _) in BUCKETS.items()} | {"total": "total"}
        return {name: _figures(getattr(self, bucket)) for bucket, name in names.items()}


def session_usage(by_use_case: Mapping[str, TokenUsage]) -> SessionUsage:
    """The buckets of what was used by use case."""
    return SessionUsage(**{bucket: by_use_case.get(use_case, NONE) for bucket, (_, use_case) in BUCKETS.items()})


def _figures(usage: TokenUsage) -> dict[str, Any]:
    return {"calls": usage.calls, "prompt": usage.prompt_tokens, "completion": usage.completion_tokens}
