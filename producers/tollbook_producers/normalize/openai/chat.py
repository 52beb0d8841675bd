"""Chat completions and completions, unary and streamed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.normalize.openai.plain import read_chat, unread_chat
from tollbook_producers.normalize.raw_usage import reduce_raw_usage
from tollbook_producers.normalize.wire import array, error_status, error_type, later_usage, mapping, tier
from tollbook_producers.read import text
from tollbook_producers.report import CallReport


class ChatReader:
    """Keeps the last usage that is not null: chunks after it may carry none, and old xAI streams repeat running totals.

    A stream is complete when every choice has finished, or when a usage came without any choice.
    """

    markers: ClassVar[tuple[bytes, ...]] = (b'_tokens"', b'"finish_reason":"', b'"finish_reason": "', b'"error"')
    """No text of an answer can hold them: inside a JSON string a quote is escaped."""

    __slots__ = ("_done", "_error", "_finished", "_id", "_model", "_request", "_tier", "_usage")

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._request = request
        self._finished: set[int] = set()
        self._done = False
        self._usage: object = None
        self._id: str | None = None
        self._model: str | None = None
        self._tier: str | None = None
        self._error: str | None = None

    def feed(self, message: object) -> None:
        """A chat completion, or a chunk of one."""
        if not isinstance(message, Mapping):
            return
        if message.get("error") is not None:
            self._error = error_type(message["error"])
        self._id = text(message.get("id")) or self._id
        self._model = text(message.get("model")) or self._model
        self._tier = tier(message.get("service_tier")) or self._tier
        usage, choices = message.get("usage"), array(message.get("choices"))
        if usage is not None:
            self._usage = later_usage(self._usage, usage)
            self._done = self._done or not choices
        for choice in map(mapping, choices):
            if text(choice.get("finish_reason")):
                self._finished.add(index if isinstance(index := choice.get("index"), int) else 0)

    unread = staticmethod(unread_chat)

    def report(self) -> CallReport:
        """What was said so far."""
        return CallReport(
            usage=read_chat(self._usage),
            raw_usage=reduce_raw_usage(self._usage),
            response_model=self._model,
            request_id=self._id,
            service_tier=self._tier,
            status=error_status(self._error),
            error_type=self._error,
            complete=self._done or len(self._finished) >= _choices_of(self._request) or self._error is not None,
        )


def _choices_of(request: Mapping[str, Any]) -> int:
    """How many choices will finish: `n`, and of completions that many for each prompt."""
    n, prompts = request.get("n"), request.get("prompt")
    several = len(prompts) if isinstance(prompts, list) and prompts and not isinstance(prompts[0], int) else 1
    return max(n, 1) * several if isinstance(n, int) else several
