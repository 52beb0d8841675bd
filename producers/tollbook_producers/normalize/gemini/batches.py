"""Batch jobs: one event for all of a batch's requests, once it is over."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.gemini.usage import normalize_gemini_generate
from tollbook_producers.normalize.sums import sum_usage
from tollbook_producers.normalize.times import iso_ms
from tollbook_producers.normalize.wire import array, call_count, error_in, error_status, mapping, word
from tollbook_producers.read import text
from tollbook_producers.report import NO_USAGE, CallReport
from tollbook_schemas import NormalizedTokenUsage

_SUCCEEDED = ("SUCCEEDED", "PARTIALLY_SUCCEEDED")
_FAILED = ("FAILED", "CANCELLED", "EXPIRED")


class BatchReader:
    """A job as last seen. It is complete, and has an identity, when nothing will change any more.

    Usage is known where the answers are inline; where they are in a file the job says nothing of it.
    """

    markers: ClassVar[tuple[bytes, ...]] = ()

    __slots__ = ("_job",)

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._job = mapping(None)

    def feed(self, message: object) -> None:
        """A batch of the Developer API (an operation), or a batchPredictionJob of Vertex."""
        self._job = mapping(message)

    def report(self) -> CallReport:
        """What was said."""
        job = {**self._job, **mapping(self._job.get("metadata"))}
        state = _state(job.get("state"))
        error = f"batch_{state.lower()}" if state in _FAILED else error_in(self._job)
        over = state in _SUCCEEDED or error is not None
        name, end_ms = text(self._job.get("name")), iso_ms(job.get("endTime"))
        return CallReport(
            usage=_usage_of(job),
            response_model=_model(job.get("model")),
            request_id=name,
            status=error_status(error),
            error_type=error,
            complete=over,
            call_count=_calls(job),
            batch=True,
            aggregate=True,
            identity=name if over and end_ms is not None else None,
            completed_ms=end_ms if over and name is not None else None,
        )


def _state(state: object) -> str:
    """`BATCH_STATE_…` of the Developer API and `JOB_STATE_…` of Vertex."""
    return word(state).partition("_STATE_")[2]


def _usage_of(job: Mapping[str, Any]) -> NormalizedTokenUsage:
    answers = [mapping(mapping(entry).get("response")) for entry in _inline_answers(job)]
    reported = [usage for answer in answers if (usage := _usage_of_answer(answer)).is_reported]
    return sum_usage(reported) if reported else NO_USAGE


def _usage_of_answer(answer: Mapping[str, Any]) -> NormalizedTokenUsage:
    """An answer of generate_content, or of an embedding, which has a `tokenCount`."""
    usage, tokens = answer.get("usageMetadata"), answer.get("tokenCount")
    if usage is None and tokens is not None:
        usage = {"promptTokenCount": int(tokens) if isinstance(tokens, str) and _is_int64(tokens) else tokens}
    return normalize_gemini_generate(usage)


def _inline_answers(job: Mapping[str, Any]) -> tuple[Any, ...]:
    """`output` of the metadata, or `response` of the operation: the same list twice."""
    for place in (job.get("output"), job.get("response"), job.get("dest")):
        for key in ("inlinedResponses", "inlinedEmbedContentResponses"):
            found = mapping(place).get(key)
            answers = array(found) or array(mapping(found).get(key)) or array(mapping(found).get("inlinedResponses"))
            if answers:
                return tuple(answers)
    return ()


def _calls(job: Mapping[str, Any]) -> int:
    stats = mapping(job.get("batchStats")).get("requestCount")
    if stats is not None:
        return call_count(stats)
    done = mapping(job.get("completionStats"))  # of Vertex
    return max(1, sum(call_count(done[key]) for key in ("successfulCount", "failedCount") if done.get(key)))


def _is_int64(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) < 20  # noqa: PLR2004  # of a 64-bit integer


def _model(name: object) -> str | None:
    return text(name.rpartition("/")[2]) if isinstance(name, str) else None
