"""Realtime and Live sessions, from the figures of recorded ones."""

from typing import Any

from tollbook_producers.normalize import session_reader_for
from tollbook_producers.normalize.reader import SessionReport

TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
OPENAI_TURN = {
    "total_tokens": 205,
    "input_tokens": 41,
    "output_tokens": 164,
    "input_token_details": {
        "text_tokens": 14,
        "audio_tokens": 27,
        "cached_tokens": 12,
        "cached_tokens_details": {"text_tokens": 2, "audio_tokens": 10},
    },
    "output_token_details": {"text_tokens": 28, "audio_tokens": 136},
}
XAI_TURN = {
    "input_tokens": 156,
    "input_token_details": {"text_tokens": 10, "audio_tokens": 146},
    "output_tokens": 185,
    "output_token_details": {"text_tokens": 15, "audio_tokens": 170},
    "total_tokens": 341,
    "output_audio_seconds": 3.38,
    "billable_audio_seconds": 5,
}
SESSION = {"model": "gpt-realtime", "audio": {"input": {"transcription": {"model": "gpt-4o-mini-transcribe"}}}}


def read(provider: str, surface: str, *messages: object) -> list[SessionReport]:
    reader = session_reader_for(provider, surface)
    return [found for message in messages for found in reader.feed(message)]


def counts(found: SessionReport) -> dict[str, Any]:
    return found.report.usage.model_dump(mode="json", exclude_none=True, exclude={"flags"})


def done(usage: object, **more: object) -> dict[str, Any]:
    return {"type": "response.done", "response": {"id": "r1", "status": "completed", "usage": usage, **more}}


def test_a_turn() -> None:
    [turn] = read("openai", "realtime", {"type": "session.created", "session": SESSION}, done(OPENAI_TURN))
    assert counts(turn) == {
        "prompt_tokens": 41,
        "completion_tokens": 164,
        "total_tokens": 205,
        "input_audio_tokens": 27,
        "output_audio_tokens": 136,
        "cached_prompt_tokens": 12,
        "cached_audio_tokens": 10,
    }
    assert (turn.kind, turn.model, turn.report.request_id) == ("response", "gpt-realtime", "r1")


def test_a_transcription_is_billed_at_its_own_model() -> None:
    event = {"type": TRANSCRIBED, "item_id": "i1", "usage": {"type": "duration", "seconds": 3}}
    [heard] = read("openai", "realtime", {"type": "session.updated", "session": SESSION}, event)
    assert (heard.kind, heard.model, counts(heard)) == (
        "transcription",
        "gpt-4o-mini-transcribe",
        {"input_audio_seconds": 3.0},
    )


def test_the_older_place_of_the_transcription_model() -> None:
    session = {"input_audio_transcription": {"model": "whisper-1"}}
    [heard] = read("openai", "realtime", {"type": "session.created", "session": session}, {"type": TRANSCRIBED})
    assert (heard.model, heard.report.usage.is_reported) == ("whisper-1", False)


def test_xai_puts_the_usage_on_the_event() -> None:
    [turn] = read("xai", "realtime", {**done({}), "usage": XAI_TURN})
    assert counts(turn)["billable_audio_seconds"] == 5
    assert (counts(turn)["prompt_tokens"], counts(turn)["output_audio_tokens"]) == (156, 170)


def test_xai_repeats_a_transcription_while_it_grows() -> None:
    states = ("in_progress", "in_progress", "completed")
    assert len(read("xai", "realtime", *({"type": TRANSCRIBED, "status": state} for state in states))) == 1


def test_what_failed_is_an_error_and_what_was_interrupted_is_none() -> None:
    failed = done(None, status="failed", status_details={"error": {"code": "server_error"}})
    unheard = {"type": TRANSCRIBED.replace("completed", "failed"), "error": {"type": "audio_unintelligible"}}
    kinds = [found.report.error_type for found in read("openai", "realtime", failed, unheard)]
    assert kinds == ["server_error", "audio_unintelligible"]
    [cut] = read("openai", "realtime", done(OPENAI_TURN, status="cancelled"))
    assert (cut.report.status, counts(cut)["completion_tokens"]) == (None, 164)


def test_every_usage_of_a_live_session_is_a_report() -> None:
    turn = {"promptTokenCount": 1197, "responseTokenCount": 37, "thoughtsTokenCount": 28, "totalTokenCount": 1234}
    messages = [{"setupComplete": {}}, {"usageMetadata": turn}, {"usageMetadata": {"trafficType": "ON_DEMAND"}}]
    [found] = read("gemini", "live", *messages)
    assert (counts(found)["prompt_tokens"], counts(found)["completion_tokens"]) == (1197, 65)
    assert found.report.usage.flags == ()  # a total without thoughts is how Live adds up


def test_live_details_that_exceed_their_whole_are_cut() -> None:
    details = [{"modality": "TEXT", "tokenCount": 535}, {"modality": "AUDIO", "tokenCount": 60}]
    usage = {"promptTokenCount": 50, "responseTokenCount": 50, "totalTokenCount": 100, "promptTokensDetails": details}
    [found] = read("gemini", "live", {"usageMetadata": usage})
    assert (counts(found)["prompt_tokens"], counts(found)["input_audio_tokens"]) == (50, 50)
    assert found.report.usage.flags == ("input_audio_tokens_clamped",)


def test_vertex_names_the_response_count_as_everywhere_else() -> None:
    [found] = read("gemini", "live", {"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 7}})
    assert counts(found)["completion_tokens"] == 7
