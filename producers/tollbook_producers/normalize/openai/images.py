"""Images: made, edited and varied, unary and streamed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.openai.usage import normalize_openai_tokens
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.wire import array, error_in, error_status, later_usage, mapping, word
from tollbook_producers.report import CallReport

_COMPLETED = frozenset({"image_generation.completed", "image_edit.completed"})


class ImagesReader:
    """Models that count tokens report usage; of the others, the images are counted."""

    markers: ClassVar[tuple[bytes, ...]] = (b'"image_generation.completed"', b'"image_edit.completed"', b'"error"')

    __slots__ = ("_done", "_error", "_images", "_usage")

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._usage: object = None
        self._images: int | None = None
        self._done = False
        self._error: str | None = None

    def feed(self, message: object) -> None:
        """An ImagesResponse, or an event of a stream."""
        fields = mapping(message)
        self._error = error_in(fields) or self._error
        self._usage = later_usage(self._usage, fields.get("usage"))
        if word(fields.get("type")) in _COMPLETED:
            self._images, self._done = (self._images or 0) + 1, True
        elif isinstance(fields.get("data"), list):
            self._images, self._done = len(array(fields["data"])), True

    def report(self) -> CallReport:
        """What was said so far."""
        usage = normalize_openai_tokens(self._usage)
        if usage.prompt_tokens is None and usage.completion_tokens is None:
            usage = usage.model_copy(update={"output_images": self._images})
        return CallReport(
            usage=usage,
            raw_usage=reduce_raw_usage(self._usage),
            status=error_status(self._error),
            error_type=self._error,
            complete=self._done or self._error is not None,
        )
