"""What reads the wire of one call, and of one session. The wrappers and `tollbook normalize` use the same readers."""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from tollbook_producers.report import CallReport


class Reader(Protocol):
    """Reads one call: its unary answer, or the chunks or events of its stream, in order. Never raises."""

    markers: ClassVar[tuple[bytes, ...]]
    """Of a stream's messages only the first, and those whose bytes hold one of these, need to be fed."""

    def feed(self, message: object) -> None:
        """One JSON value from the wire."""

    def report(self) -> CallReport:
        """What was said so far. `complete` is false while a stream has not said that it is done."""


@dataclass(frozen=True, slots=True)
class SessionReport:
    """One usage report inside a session: a response or turn, or a transcription, which may have a model of its own."""

    kind: Literal["response", "transcription"]
    report: CallReport
    model: str | None = None


class SessionReader(Protocol):
    """Reads one realtime session's messages from the provider, in order. Never raises."""

    markers: ClassVar[tuple[bytes, ...]]
    """Only messages whose bytes hold one of these need to be fed."""

    def feed(self, message: object) -> tuple[SessionReport, ...]:
        """The usage reports that this message completes, usually none."""
