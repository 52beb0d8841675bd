"""A stream is read alike whether all of it is fed, or only its first message and those that hold a marker."""

from typing import Any

import orjson
import pytest

from support.provider_answers import GEMINI_USAGE, OPENAI_USAGE, RATE_LIMITED
from tollbook_producers.normalize import reader_for
from tollbook_producers.report import CallReport

TRICKY = '"usage":{"total_tokens": 3} "finish_reason":"stop" "error" "usageMetadata"'
"""A text that the model may say: on the wire its quotes are escaped."""
DELTA = {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": TRICKY}}], "usage": None}
FINISH = {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None}
USAGE = {"id": "c1", "choices": [], "usage": OPENAI_USAGE}
RESPONSE = {"id": "r1", "model": "m", "status": "in_progress", "usage": None, "error": None}
DONE = {**RESPONSE, "status": "completed", "usage": {"input_tokens": 3, "output_tokens": 4}}
GEMINI = {"candidates": [{"content": {"parts": [{"text": TRICKY}]}}], "modelVersion": "m"}

STREAMS: list[tuple[str, str, list[Any], int]] = [
    ("openai", "chat.completions", [DELTA, DELTA, DELTA, FINISH, USAGE, DELTA], 3),
    ("openai", "chat.completions", [DELTA, DELTA, RATE_LIMITED], 2),
    ("openai", "completions", [DELTA, DELTA, FINISH, USAGE], 3),
    (
        "openai",
        "responses",
        [
            {"type": "response.created", "response": RESPONSE},
            {"type": "response.output_text.delta", "delta": TRICKY},
            {"type": "response.completed", "response": DONE},
        ],
        2,
    ),
    (
        "openai",
        "audio.transcriptions",
        [
            {"type": "transcript.text.delta", "delta": TRICKY},
            {"type": "transcript.text.delta", "delta": TRICKY},
            {"type": "transcript.text.done", "text": "…", "usage": {"input_tokens": 1}},
        ],
        2,
    ),
    (
        "openai",
        "images",
        [
            {"type": "image_generation.partial_image"},
            {"type": "image_generation.partial_image"},
            {"type": "image_generation.completed", "usage": {"input_tokens": 1}},
        ],
        2,
    ),
    ("gemini", "models.generate_content", [GEMINI, GEMINI, {**GEMINI, "usageMetadata": GEMINI_USAGE}], 2),
    (
        "gemini",
        "interactions",
        [
            {"event_type": "interaction.created", "interaction": {"id": "i1"}},
            {"event_type": "step.delta", "delta": {"text": TRICKY}},
            {"event_type": "interaction.completed", "interaction": {"id": "i1", "usage": {"total_input_tokens": 3}}},
        ],
        2,
    ),
]


def read(provider: str, surface: str, messages: list[Any]) -> CallReport:
    reader = reader_for(provider, surface)
    for message in messages:
        reader.feed(message)
    return reader.report()


@pytest.mark.parametrize("spaced", [False, True])
@pytest.mark.parametrize(("provider", "surface", "messages", "needed"), STREAMS)
def test_markers(provider: str, surface: str, messages: list[Any], needed: int, spaced: bool) -> None:
    markers = reader_for(provider, surface).markers
    wire = [orjson.dumps(message).replace(b'":', b'": ' if spaced else b'":') for message in messages]
    chosen = [
        message
        for position, (message, data) in enumerate(zip(messages, wire, strict=True))
        if not position or any(marker in data for marker in markers)
    ]
    assert len(chosen) == needed
    assert read(provider, surface, chosen) == read(provider, surface, messages)
