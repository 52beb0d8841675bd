"""What a session's messages say beside usage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Heard:
    """One message. `started` and `ended` are ids of responses, `item` of what was transcribed; `turns` that it ends."""

    session_id: str | None = None
    model: str | None = None
    transcription_model: str | None = None
    started: str | None = None
    ended: str | None = None
    item: str | None = None
    turns: int = 0


@dataclass(slots=True)
class Known:
    """What the messages so far said about a session: its id, the model that answers, and the one that transcribes."""

    session_id: str | None = None
    model: str | None = None
    transcription_model: str | None = None

    def learn(self, heard: Heard) -> None:
        """What comes later holds."""
        self.session_id = heard.session_id or self.session_id
        self.model = heard.model or self.model
        self.transcription_model = heard.transcription_model or self.transcription_model


class Wire(Protocol):
    """One provider's messages. Never raises for a JSON object of any shape."""

    markers: ClassVar[tuple[bytes, ...]]
    """Only messages from the provider whose bytes hold one of these say anything."""

    sent_markers: ClassVar[tuple[bytes, ...]]
    """The same for messages to the provider."""

    def hear(self, message: Mapping[str, Any]) -> Heard:
        """What a message says."""
