"""Images and videos: they report no usage, so what was made is counted, videos in `output_images` too."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.wire import array, error_in, error_status, mapping
from tollbook_producers.read import text
from tollbook_producers.report import CallReport
from tollbook_schemas import NormalizedTokenUsage

_MADE = frozenset({"bytesBase64Encoded", "gcsUri"})


class ImagesReader:
    """Images made, edited, upscaled: one prediction each, without those that a filter held back."""

    markers: ClassVar[tuple[bytes, ...]] = ()

    __slots__ = ("_answer",)

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._answer = mapping(None)

    def feed(self, message: object) -> None:
        """The answer of `predict`."""
        self._answer = mapping(message)

    def report(self) -> CallReport:
        """What was said."""
        predictions, error = self._answer.get("predictions"), error_in(self._answer)
        made = [
            entry for entry in map(mapping, array(predictions)) if "bytesBase64Encoded" in entry or "gcsUri" in entry
        ]
        return _counted(len(made) if isinstance(predictions, list) else None, error)


class VideosReader:
    """An operation, as first returned or as polled later; it is complete when it is done.

    It never says when that was, so it has no identity: its name is the request id.
    """

    markers: ClassVar[tuple[bytes, ...]] = ()

    __slots__ = ("_operation",)

    def __init__(self, _request: Mapping[str, Any]) -> None:
        self._operation = mapping(None)

    def feed(self, message: object) -> None:
        """An operation."""
        self._operation = mapping(message)

    def report(self) -> CallReport:
        """What was said."""
        operation, error = self._operation, error_in(self._operation)
        response = mapping(operation.get("response"))
        videos = mapping(response.get("generateVideoResponse")).get("generatedSamples", response.get("videos"))
        return _counted(
            len(videos) if isinstance(videos, list) else None,
            error,
            complete=operation.get("done") is True or error is not None,
            request_id=text(operation.get("name")),
        )


def _counted(
    outputs: int | None, error: str | None, *, complete: bool = True, request_id: str | None = None
) -> CallReport:
    return CallReport(
        usage=NormalizedTokenUsage(output_images=outputs, flags=()),
        request_id=request_id,
        status=error_status(error),
        error_type=error,
        complete=complete,
    )
