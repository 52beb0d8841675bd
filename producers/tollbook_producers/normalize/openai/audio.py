"""Transcriptions, translations and speech.

Answers that are no JSON (subtitles, plain text, sound) are never fed: they are calls without usage.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.openai.usage import normalize_openai_tokens
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.wire import error_in, error_status, mapping, word
from tollbook_producers.report import CallReport

_DELTAS = (".delta", ".segment")


class AudioReader:
    """The usage of the whole answer, or of the event that ends a stream; else the duration, where one is told."""

    markers: ClassVar[tuple[bytes, ...]] = (b'"transcript.text.done"', b'"speech.audio.done"', b'"error"')

    __slots__ = ("_answer", "_error")

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._answer = mapping(None)
        self._error: str | None = None

    def feed(self, message: object) -> None:
        """A transcription, or an event of a stream."""
        fields = mapping(message)
        self._error = error_in(fields) or self._error
        if not word(fields.get("type")).endswith(_DELTAS):
            self._answer = fields

    def report(self) -> CallReport:
        """What was said so far."""
        usage = self._answer.get("usage")
        if usage is None and self._answer.get("duration") is not None:  # of `verbose_json` before it had usage
            usage = {"type": "duration", "seconds": self._answer["duration"]}
        return CallReport(
            usage=normalize_openai_tokens(usage),
            raw_usage=reduce_raw_usage(usage),
            status=error_status(self._error),
            error_type=self._error,
            complete=bool(self._answer) or self._error is not None,
        )
