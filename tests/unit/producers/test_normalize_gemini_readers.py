"""Calls on Gemini's surfaces, from the figures of recorded ones."""

from typing import Any

import pytest

from support.provider_answers import GEMINI_RATE_LIMITED, GEMINI_USAGE, gemini_answer
from tollbook_producers.normalize import at_end_of_stream, reader_for
from tollbook_producers.report import CallReport

INTERACTION = {
    "id": "v1_abc",
    "status": "completed",
    "model": "gemini-2.5-flash",
    "updated": "2026-05-15T18:52:36Z",
    "service_tier": "standard",
    "usage": {
        "total_input_tokens": 22,
        "total_tool_use_tokens": 129,
        "total_output_tokens": 973,
        "total_thought_tokens": 249,
        "total_cached_tokens": 0,
        "total_tokens": 1373,
        "input_tokens_by_modality": [{"modality": "text", "tokens": 22}],
        "output_tokens_by_modality": [{"modality": "audio", "tokens": 3}],
    },
}
INLINE = [{"response": gemini_answer()}, {"response": gemini_answer()}, {"error": {"code": 3}}]
BATCH = {
    "name": "batches/b1",
    "metadata": {
        "model": "models/gemini-2.5-flash",
        "state": "BATCH_STATE_SUCCEEDED",
        "endTime": "2026-05-15T18:52:36.5Z",
        "batchStats": {"requestCount": "3", "successfulRequestCount": "2"},
        "output": {"inlinedResponses": {"inlinedResponses": INLINE}},
    },
    "done": True,
}


def read(surface: str, *messages: object) -> CallReport:
    reader = reader_for("gemini", surface)
    for message in messages:
        reader.feed(message)
    return reader.report()


def counts(report: CallReport) -> dict[str, Any]:
    """What is known and not 0."""
    fields = report.usage.model_dump(mode="json", exclude_none=True, exclude={"flags"})
    return {name: value for name, value in fields.items() if value}


def chunk(finish: str | None = None, **usage: int) -> dict[str, Any]:
    return {"candidates": [{"finishReason": finish}], "usageMetadata": usage or {"trafficType": "ON_DEMAND"}}


def test_an_answer() -> None:
    report = read("models.generate_content", gemini_answer())
    assert counts(report) == {
        "prompt_tokens": 9,
        "completion_tokens": 272,
        "total_tokens": 281,
        "reasoning_tokens": 244,
    }
    assert report.raw_usage == GEMINI_USAGE
    assert (report.request_id, report.response_model) == ("Un6LacrVMcjUxs0PmJfWoQc", "gemini-3-pro-preview")
    assert report.complete


def test_the_last_total_of_a_stream_wins_whole_though_counts_go_down() -> None:
    first = chunk(promptTokenCount=46, thoughtsTokenCount=101, totalTokenCount=447)
    lower = chunk("STOP", promptTokenCount=13, candidatesTokenCount=8, totalTokenCount=21)
    report = read("models.generate_content", first, lower)
    assert counts(report) == {"prompt_tokens": 13, "completion_tokens": 8, "total_tokens": 21}
    assert (report.complete, report.usage.flags) == (True, ())


def test_a_chunk_with_traffic_only_hides_nothing() -> None:
    total = chunk(promptTokenCount=26, totalTokenCount=26)
    report = read("models.generate_content", chunk(), total, chunk("STOP"))
    assert counts(report)["prompt_tokens"] == 26


def test_traffic_alone_is_no_usage_but_tells_the_tier() -> None:
    report = read("models.generate_content", {"usageMetadata": {"trafficType": "ON_DEMAND_FLEX"}})
    assert (report.usage.is_reported, report.service_tier) == (False, "flex")
    assert at_end_of_stream(report).flags == ("truncated",)


def test_a_blocked_prompt_is_an_answer() -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9}}
    report = read("models.generate_content", blocked)
    assert (report.complete, report.usage.prompt_tokens, report.usage.completion_tokens) == (True, 9, 0)


def test_an_error_is_its_http_status() -> None:
    report = read("models.generate_content", GEMINI_RATE_LIMITED)
    assert (report.status, report.error_type) == ("error", "http_429")


def test_grounding_counts_its_queries() -> None:
    grounded = {"finishReason": "STOP", "groundingMetadata": {"webSearchQueries": ["a", "b"]}}
    report = read("models.generate_content", gemini_answer(), {"candidates": [grounded]})
    assert counts(report)["web_search_requests"] == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"usageMetadata": {"promptTokenCount": 11, "promptTokenDetails": [{"modality": "TEXT"}]}}, 11),
        ({"predictions": [{"embeddings": {"statistics": {"token_count": count}}} for count in (4, 7.0)]}, 11),
        ({"predictions": [{"embeddings": {"statistics": {"token_count": 4}}}, {"embeddings": {}}]}, None),
        ({"embeddings": [{"values": [0.1]}]}, None),
    ],
)
def test_embeddings(answer: dict[str, Any], expected: int | None) -> None:
    usage = read("models.embed_content", answer).usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (expected, None if expected is None else 0)


def test_images_and_videos_are_counted() -> None:
    images = {"predictions": [{"bytesBase64Encoded": "…"}, {"raiFilteredReason": "…"}, {"gcsUri": "…"}]}
    assert counts(read("models.generate_images", images)) == {"output_images": 2}
    running = read("models.generate_videos", {"name": "models/veo/operations/o1"})
    assert (running.complete, running.usage.is_reported, running.request_id) == (
        False,
        False,
        "models/veo/operations/o1",
    )
    responses: list[dict[str, Any]] = [{"generateVideoResponse": {"generatedSamples": [{}]}}, {"videos": [{}]}]
    for response in responses:
        done = read("models.generate_videos", {"name": "o1", "done": True, "response": response})
        assert (done.complete, counts(done)) == (True, {"output_images": 1})


def test_making_a_cache_reads_and_writes_all_of_it() -> None:
    cache = {
        "name": "cachedContents/c1",
        "model": "models/gemini-2.5-flash",
        "usageMetadata": {"totalTokenCount": 3512},
    }
    report = read("caches.create", cache)
    assert counts(report) == {"prompt_tokens": 3512, "cache_write_tokens": 3512, "total_tokens": 3512}
    assert (report.usage.completion_tokens, report.response_model) == (0, "gemini-2.5-flash")


def test_a_batch_adds_up_its_inline_answers() -> None:
    report = read("batches", BATCH)
    assert (counts(report)["prompt_tokens"], counts(report)["completion_tokens"]) == (18, 544)
    assert (report.batch, report.aggregate, report.call_count) == (True, True, 3)
    assert (report.identity, report.completed_ms) == ("batches/b1", 1778871156500)
    assert report.response_model == "gemini-2.5-flash"


def test_a_batch_whose_answers_are_in_a_file_reports_no_usage() -> None:
    job = {
        "name": "projects/p/batchPredictionJobs/7",
        "state": "JOB_STATE_SUCCEEDED",
        "endTime": "2026-05-15T18:52:36Z",
    }
    report = read("batches", {**job, "completionStats": {"successfulCount": "2", "failedCount": "1"}})
    assert (report.usage.is_reported, report.complete, report.call_count) == (False, True, 3)
    assert report.identity == "projects/p/batchPredictionJobs/7"


@pytest.mark.parametrize(
    ("state", "complete", "error"),
    [("BATCH_STATE_RUNNING", False, None), ("JOB_STATE_CANCELLED", True, "batch_cancelled")],
)
def test_states_of_a_batch(state: str, complete: bool, error: str | None) -> None:
    report = read("batches", {"name": "b", "metadata": {"state": state}})
    assert (report.complete, report.error_type, report.identity) == (complete, error, None)


def test_an_interaction_adds_thoughts_and_tool_use() -> None:
    report = read("interactions", INTERACTION)
    assert counts(report) == {
        "prompt_tokens": 151,
        "completion_tokens": 1222,
        "total_tokens": 1373,
        "reasoning_tokens": 249,
        "tool_use_prompt_tokens": 129,
        "output_audio_tokens": 3,
    }
    assert report.usage.flags == ()
    assert (report.identity, report.completed_ms, report.service_tier) == ("v1_abc", 1778871156000, "standard")


def test_an_interaction_stream_ends_with_its_usage() -> None:
    created = {"event_type": "interaction.created", "interaction": {"id": "v1_abc", "status": "in_progress"}}
    assert not read("interactions", created, {"event_type": "step.delta"}).complete
    report = read("interactions", created, {"event_type": "interaction.completed", "interaction": INTERACTION})
    assert (report.complete, counts(report)["prompt_tokens"], report.request_id) == (True, 151, "v1_abc")


@pytest.mark.parametrize(
    ("status", "complete", "error"),
    [
        ("queued", False, None),
        ("requires_action", True, None),
        ("cancelled", True, "cancelled"),
        ("failed", True, "provider_error"),
    ],
)
def test_states_of_an_interaction(status: str, complete: bool, error: str | None) -> None:
    report = read("interactions", {"id": "v1_abc", "status": status})
    assert (report.complete, report.error_type) == (complete, error)


def test_searches_of_an_interaction_are_as_counted() -> None:
    tools = [{"type": "google_maps", "count": 9}, {"type": "google_search", "count": 2}]
    usage = {"total_input_tokens": 3, "grounding_tool_count": tools}
    assert counts(read("interactions", {**INTERACTION, "usage": usage}))["web_search_requests"] == 2
