"""Calls on the surfaces of OpenAI and xAI, from the figures of recorded ones."""

from typing import Any

import pytest

from support.provider_answers import OPENAI_USAGE, RATE_LIMITED, XAI_USAGE, chat_answer
from tollbook_producers.normalize import at_end_of_stream, reader_for
from tollbook_producers.report import CallReport

SEARCHED = {"input_tokens": 19681, "output_tokens": 3773, "total_tokens": 23454}
DETAILS = {"input_tokens_details": {"cached_tokens": 3712}, "output_tokens_details": {"reasoning_tokens": 3136}}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1764962401,
    "status": "completed",
    "background": False,
    "model": "gpt-5-mini-2025-08-07",
    "service_tier": "default",
    "output": [],
    "usage": SEARCHED | DETAILS,
}
IMAGE_USAGE = {
    "total_tokens": 100,
    "input_tokens": 50,
    "output_tokens": 50,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
}


def read(surface: str, *messages: object, request: dict[str, Any] | None = None) -> CallReport:
    reader = reader_for("openai", surface, request)
    for message in messages:
        reader.feed(message)
    return reader.report()


def counts(report: CallReport) -> dict[str, Any]:
    return report.usage.model_dump(mode="json", exclude_none=True, exclude={"flags"})


def chunk(*choices: object, **more: object) -> dict[str, Any]:
    fields = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4.1-nano", "usage": None}
    return {**fields, "choices": list(choices), **more}


def choice(finish: str | None = None, index: int = 0) -> dict[str, Any]:
    return {"index": index, "delta": {}, "finish_reason": finish}


def search(kind: str) -> dict[str, Any]:
    return {"type": "web_search_call", "status": "completed", "action": {"type": kind, "query": "news"}}


def test_a_chat_completion() -> None:
    report = read("chat.completions", chat_answer())
    assert (counts(report)["prompt_tokens"], counts(report)["completion_tokens"]) == (16, 363)
    assert report.raw_usage == OPENAI_USAGE
    assert (report.request_id, report.response_model) == ("chatcmpl-1", "gpt-4.1-nano-2025-04-14")
    assert (report.service_tier, report.complete, report.status) == ("default", True, None)


def test_the_usage_chunk_of_a_stream_need_not_be_the_last() -> None:
    chunks = (chunk(choice()), chunk(choice("stop")), chunk(usage=OPENAI_USAGE), chunk(moderation={}), chunk(usage={}))
    report = read("chat.completions", *chunks)
    assert counts(report)["completion_tokens"] == 363
    assert report.complete


def test_running_totals_of_a_stream_are_not_summed() -> None:
    early = {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13}
    report = read("chat.completions", chunk(choice(), usage=early), chunk(choice("stop"), usage=XAI_USAGE))
    assert counts(report)["completion_tokens"] == 229
    assert counts(report)["provider_cost_usd"] == "0.00011765"


def test_a_stream_that_just_ends_is_truncated() -> None:
    report = at_end_of_stream(read("chat.completions", chunk(choice()), chunk(choice())))
    assert (report.flags, report.usage.is_reported) == (("truncated",), False)
    assert at_end_of_stream(read("chat.completions", chunk(choice())), done=True).flags == ()


def test_a_stream_of_several_choices_is_complete_when_all_have_finished() -> None:
    first, second = chunk(choice("stop")), chunk(choice("stop", index=1))
    assert not read("chat.completions", first, request={"n": 2}).complete
    assert read("chat.completions", first, second, request={"n": 2}).complete
    assert not read("completions", first, request={"prompt": ["a", "b"]}).complete


def test_an_error_in_a_stream_keeps_the_usage_known_so_far() -> None:
    report = read("chat.completions", chunk(choice(), usage=OPENAI_USAGE), RATE_LIMITED)
    assert (report.status, report.error_type) == ("error", "insufficient_quota")
    assert counts(report)["prompt_tokens"] == 16


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 429}, "http_429"),
        ({"code": None, "type": "server_error"}, "server_error"),
        ({"code": "sk-1234", "type": "Say hello"}, "provider_error"),
        ("overloaded, try again", "provider_error"),
    ],
)
def test_an_error_says_its_kind_and_never_its_text(error: object, kind: str) -> None:
    assert read("chat.completions", {"error": error}).error_type == kind


def test_searches_of_xai_are_those_of_the_web_and_of_x() -> None:
    usage = XAI_USAGE | {"server_side_tool_usage_details": {"web_search_calls": 2, "x_search_calls": 1}}
    assert counts(read("chat.completions", chat_answer(usage)))["web_search_requests"] == 3


def test_a_response_counts_its_searches() -> None:
    output = [search("search"), search("open_page"), {"type": "reasoning"}, search("search")]
    report = read("responses", {**RESPONSE, "output": output})
    assert counts(report) == {
        "prompt_tokens": 19681,
        "completion_tokens": 3773,
        "total_tokens": 23454,
        "cached_prompt_tokens": 3712,
        "reasoning_tokens": 3136,
        "web_search_requests": 2,
    }
    assert (report.identity, report.completed_ms) == (None, None)


def test_reported_searches_go_before_counted_ones_and_are_kept_in_raw_usage() -> None:
    tools = {"web_search": {"num_requests": 1}, "image_gen": {"output_tokens": 7}}
    report = read("responses", {**RESPONSE, "output": [search("search")] * 2, "tool_usage": tools})
    assert counts(report)["web_search_requests"] == 1
    assert report.raw_usage is not None
    assert report.raw_usage["tool_usage"] == tools


def test_images_that_a_response_made_are_counted() -> None:
    output = [{"type": "image_generation_call", "status": status} for status in ("completed", "failed")]
    assert counts(read("responses", {**RESPONSE, "output": output}))["output_images"] == 1


def test_the_last_response_of_a_stream_counts() -> None:
    started = {"type": "response.created", "response": {**RESPONSE, "status": "in_progress", "usage": None}}
    assert not read("responses", started).complete
    for end in ("completed", "incomplete"):
        over = {"type": f"response.{end}", "response": {**RESPONSE, "status": end}}
        report = read("responses", started, over)
        assert (report.complete, report.status, counts(report)["prompt_tokens"]) == (True, None, 19681)


@pytest.mark.parametrize("event", [{"error": {"code": "server_error"}}, {"code": "server_error", "message": "x"}])
def test_a_response_that_fails_in_its_stream(event: dict[str, Any]) -> None:
    failed = {**RESPONSE, "status": "failed", "error": {"code": "server_error"}, "usage": None}
    report = read("responses", {"type": "error", **event}, {"type": "response.failed", "response": failed})
    assert (report.status, report.error_type, report.complete) == ("error", "server_error", True)


def test_a_background_response_is_one_event_for_all_who_retrieve_it() -> None:
    queued = read("responses", {**RESPONSE, "background": True, "status": "queued", "usage": None})
    assert (queued.complete, queued.status, queued.identity) == (False, None, None)
    done = read("responses", {**RESPONSE, "background": True, "completed_at": 1764962405})
    assert (done.complete, done.identity, done.completed_ms) == (True, "resp_1", 1764962405000)
    cancelled = read("responses", {**RESPONSE, "background": True, "status": "cancelled", "usage": None})
    assert (cancelled.status, cancelled.error_type) == ("error", "cancelled")
    assert cancelled.completed_ms == 1764962401000


def test_compacting_is_a_response() -> None:
    answer = {"id": "c1", "object": "response.compaction", "output": [], "usage": SEARCHED}
    report = read("responses.compact", answer)
    assert (report.complete, counts(report)["completion_tokens"]) == (True, 3773)


def test_an_embedding_generates_nothing() -> None:
    report = read("embeddings", {"model": "text-embedding-3-small", "usage": {"prompt_tokens": 12, "total_tokens": 12}})
    assert counts(report) == {"prompt_tokens": 12, "completion_tokens": 0, "total_tokens": 12}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"text": "…", "duration": 36.7, "usage": {"type": "duration", "seconds": 37}}, {"input_audio_seconds": 37.0}),
        ({"text": "…", "duration": 36.709999084472656}, {"input_audio_seconds": 36.71}),
        (
            {"usage": {"type": "tokens", "input_tokens": 26, "output_tokens": 9, "total_tokens": 35}},
            {"prompt_tokens": 26, "completion_tokens": 9, "total_tokens": 35},
        ),
        ({"text": "…"}, {}),
    ],
)
def test_transcriptions(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    assert counts(read("audio.transcriptions", answer)) == expected


@pytest.mark.parametrize(
    ("surface", "delta", "done"),
    [
        ("audio.transcriptions", "transcript.text.delta", "transcript.text.done"),
        ("audio.speech", "speech.audio.delta", "speech.audio.done"),
    ],
)
def test_sound_streams_end_with_their_usage(surface: str, delta: str, done: str) -> None:
    assert not read(surface, {"type": delta}).complete
    report = read(surface, {"type": delta}, {"type": done, "usage": {"input_tokens": 14, "output_tokens": 101}})
    assert (report.complete, counts(report)) == (True, {"prompt_tokens": 14, "completion_tokens": 101})


def test_images_are_tokens_where_those_are_reported_and_else_counted() -> None:
    tokens = read("images", {"data": [{}], "usage": IMAGE_USAGE})
    assert counts(tokens) == {
        "prompt_tokens": 50,
        "completion_tokens": 50,
        "total_tokens": 100,
        "input_image_tokens": 40,
    }
    assert counts(read("images", {"created": 1770935200, "data": [{}, {}]})) == {"output_images": 2}
    priced = read("images", {"data": [{}], "usage": {"cost_in_usd_ticks": 700_000_000}})
    assert counts(priced) == {"output_images": 1, "provider_cost_usd": "0.07"}


@pytest.mark.parametrize("kind", ["image_generation", "image_edit"])
def test_an_image_stream(kind: str) -> None:
    partial = {"type": f"{kind}.partial_image", "b64_json": "…"}
    assert not read("images", partial).complete
    report = read("images", partial, {"type": f"{kind}.completed", "usage": IMAGE_USAGE})
    assert (report.complete, counts(report)["input_image_tokens"]) == (True, 40)


BATCH = {
    "id": "batch_1",
    "object": "batch",
    "model": "gpt-5-2025-08-07",
    "status": "completed",
    "created_at": 1711471533,
    "completed_at": 1711493163,
    "request_counts": {"total": 100, "completed": 95, "failed": 5},
    "usage": {"input_tokens": 1500, "output_tokens": 500, "total_tokens": 2000},
}


def test_a_batch_stands_for_all_its_requests() -> None:
    report = read("batches", BATCH)
    assert (report.batch, report.aggregate, report.call_count) == (True, True, 100)
    assert (report.identity, report.completed_ms) == ("batch_1", 1711493163000)
    assert (report.status, counts(report)["prompt_tokens"]) == (None, 1500)


def test_a_batch_under_way_is_no_call_yet() -> None:
    report = read("batches", {**BATCH, "status": "validating", "completed_at": None, "usage": None})
    assert (report.complete, report.status, report.identity) == (False, None, None)


def test_a_batch_that_expired_is_an_error_with_what_was_used() -> None:
    report = read("batches", {**BATCH, "status": "expired", "expired_at": 1711557933})
    assert (report.status, report.error_type) == ("error", "batch_expired")
    assert (report.completed_ms, counts(report)["completion_tokens"]) == (1711557933000, 500)
