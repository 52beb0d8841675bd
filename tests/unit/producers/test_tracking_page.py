"""The examples of docs/tracking.md run, against a local provider, and each call in them leaves its event."""

import re
from pathlib import Path

import pytest

from support.openai_streams import chat_chunks, sse, usage_chunk
from support.provider_events import EventList
from support.provider_server import Asked, ProviderServer, Reply
from unit.producers.conftest import answer

PAGE = Path(__file__).parents[3] / "docs" / "tracking.md"


def answer_or_stream(asked: Asked) -> Reply:
    return Reply(chunks=sse([*chat_chunks(), usage_chunk()])) if asked.body.get("stream") else answer(asked)


def test_the_page_runs(monkeypatch: pytest.MonkeyPatch, events: EventList, server: ProviderServer) -> None:
    server.reply = answer_or_stream
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    monkeypatch.setenv("GEMINI_API_KEY", "none")
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)  # noqa: S102  # the page's own text
    assert len(blocks) == 5
    assert [event.provider for event in events] == ["openai"] * 2 + ["gemini"] + ["openai"] + ["acme_llm"] * 3 + [
        "openai"
    ] * 2
