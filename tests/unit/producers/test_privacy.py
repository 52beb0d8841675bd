"""No content anywhere: what went in and what came out is in no event and no log line."""

import logging

import openai
import pytest

from support.provider_answers import chat_answer, gemini_answer
from support.provider_events import EventList
from support.provider_server import ProviderServer, Reply
from tollbook_producers import track_gemini, track_openai
from tollbook_schemas import encode_event
from unit.producers.conftest import MakeGemini, MakeOpenAI

PROMPT = "marker-of-the-prompt and more"
ANSWER = "marker-of-the-answer and more"
LEAK = {"prompt_tokens": f"{ANSWER}", "note": ANSWER, ANSWER: 1, "details": [{"text": ANSWER}]}


def leaks(events: EventList, caplog: pytest.LogCaptureFixture) -> list[str]:
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("tollbook")]
    texts = [encode_event(event)[1].decode() for event in events] + ours
    return [text for text in texts if "marker-of-the" in text]


def call_openai(client: openai.OpenAI) -> None:
    client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": PROMPT}], user=PROMPT, metadata={"note": PROMPT}
    )


@pytest.mark.parametrize("usage", [LEAK, ANSWER, [ANSWER]])
def test_openai(
    events: EventList,
    server: ProviderServer,
    make_openai: MakeOpenAI,
    caplog: pytest.LogCaptureFixture,
    usage: object,
) -> None:
    server.reply = lambda _: Reply(chat_answer(usage, ANSWER, system_fingerprint=ANSWER))
    with caplog.at_level(logging.DEBUG):
        call_openai(track_openai(make_openai()))
    assert len(events) == 1
    assert leaks(events, caplog) == []


def test_errors(
    events: EventList, server: ProviderServer, make_openai: MakeOpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    error = {"error": {"message": f"{PROMPT} {ANSWER}", "type": PROMPT, "code": PROMPT}}
    server.reply = lambda _: Reply(error, status=400)
    with caplog.at_level(logging.DEBUG), pytest.raises(openai.BadRequestError, match="marker-of-the-answer"):
        call_openai(track_openai(make_openai()))
    assert len(events) == 1
    assert leaks(events, caplog) == []


def test_gemini(
    events: EventList, server: ProviderServer, make_gemini: MakeGemini, caplog: pytest.LogCaptureFixture
) -> None:
    server.reply = lambda _: Reply(gemini_answer({"promptTokenCount": 3, "note": ANSWER}, ANSWER))
    with caplog.at_level(logging.DEBUG):
        response = track_gemini(make_gemini()).models.generate_content(model="m", contents=PROMPT)
    assert response.text == ANSWER
    assert len(events) == 1
    assert leaks(events, caplog) == []
