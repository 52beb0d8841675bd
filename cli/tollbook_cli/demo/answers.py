"""What the demo's provider server answers: usage as providers send it, and what it truly amounts to.

The figures are recorded ones. `counts` is worked out by hand from the providers' documentation, not by our own
normalization: it is what the statement is checked against.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Behaviour = Literal["answers", "recovers", "fails", "refuses", "hangs"]
"""`recovers`: 429 to the first attempt; `fails`: 500 to all; `refuses`: 429 to all; `hangs`: never answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one model. `usage` is None where the provider does not say what was used."""

    provider: Literal["openai", "gemini"]
    model: str
    response_model: str
    usage: Mapping[str, Any] | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Case:
    """How the server treats one call."""

    answer: Answer
    behaviour: Behaviour = "answers"


SHORT = Answer(
    "openai",
    "gpt-4.1-nano",
    "gpt-4.1-nano-2025-04-14",
    {
        "prompt_tokens": 16,
        "completion_tokens": 363,
        "total_tokens": 379,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    },
    {"prompt_tokens": 16, "completion_tokens": 363},
)
REASONING = Answer(
    "openai",
    "gpt-5-mini",
    "gpt-5-mini-2025-08-07",
    {
        "prompt_tokens": 3700,
        "completion_tokens": 741,
        "total_tokens": 4441,
        "prompt_tokens_details": {"cached_tokens": 2560},
        "completion_tokens_details": {"reasoning_tokens": 640},
    },
    {"prompt_tokens": 3700, "completion_tokens": 741, "cached_prompt_tokens": 2560, "reasoning_tokens": 640},
)
SPOKEN = Answer(
    "openai",
    "gpt-audio-1.5",
    "gpt-audio-1.5",
    {
        "prompt_tokens": 41,
        "completion_tokens": 164,
        "total_tokens": 205,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 27, "text_tokens": 14},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 136, "text_tokens": 28},
    },
    {"prompt_tokens": 41, "completion_tokens": 164, "input_audio_tokens": 27, "output_audio_tokens": 136},
)
SILENT_ON_USAGE = Answer("openai", "gpt-4.1-nano", "gpt-4.1-nano-2025-04-14", None, {})
THINKING = Answer(
    "gemini",
    "gemini-3-pro-preview",
    "gemini-3-pro-preview",
    {
        "promptTokenCount": 9,
        "candidatesTokenCount": 28,
        "totalTokenCount": 281,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
        "thoughtsTokenCount": 244,
    },
    {"prompt_tokens": 9, "completion_tokens": 272, "reasoning_tokens": 244},
)
TOOLS = Answer(
    "gemini",
    "gemini-2.5-flash",
    "gemini-2.5-flash",
    {
        "promptTokenCount": 12,
        "candidatesTokenCount": 60,
        "totalTokenCount": 219,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 12}],
        "toolUsePromptTokenCount": 65,
        "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 65}],
        "thoughtsTokenCount": 82,
    },
    {"prompt_tokens": 77, "completion_tokens": 142, "reasoning_tokens": 82, "tool_use_prompt_tokens": 65},
)
NO_METADATA = Answer("gemini", "gemini-2.5-flash", "gemini-2.5-flash", None, {})

CASES: tuple[Case, ...] = (
    Case(SHORT),
    Case(THINKING),
    Case(REASONING),
    Case(TOOLS),
    Case(SPOKEN),
    Case(SHORT, "recovers"),
    Case(THINKING),
    Case(REASONING),
    Case(SILENT_ON_USAGE),
    Case(TOOLS),
    Case(SHORT),
    Case(REASONING, "fails"),
    Case(THINKING, "recovers"),
    Case(SPOKEN),
    Case(REASONING),
    Case(NO_METADATA),
    Case(SHORT, "hangs"),
    Case(TOOLS),
    Case(REASONING),
    Case(THINKING, "refuses"),
    Case(SHORT),
    Case(TOOLS, "hangs"),
    Case(SHORT, "refuses"),
    Case(REASONING, "recovers"),
)
"""Calls go through these in turn."""
