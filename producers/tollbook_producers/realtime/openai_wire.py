"""Messages of the OpenAI-shaped realtime protocol, of its beta and of xAI: all that is not usage."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.read import text
from tollbook_producers.realtime.heard import Heard

_NOTHING = Heard()
_CONFIGURED = (".created", ".updated", ".update")
_TRANSCRIBED = "conversation.item.input_audio_transcription."


class OpenAIWire:
    """Reads session configuration, and which responses and items there are."""

    markers: ClassVar[tuple[bytes, ...]] = (
        b"session.created",
        b"session.updated",
        b"response.created",
        b"response.done",
        b"input_audio_transcription.",
    )
    sent_markers: ClassVar[tuple[bytes, ...]] = (b"session.update",)

    def hear(self, message: Mapping[str, Any]) -> Heard:
        """What a message from the provider, or one sent to it, says."""
        kind = text(message.get("type")) or ""
        if kind == "response.created":
            return Heard(started=_response_id(message))
        if kind == "response.done":
            return Heard(ended=_response_id(message))
        if kind.startswith(_TRANSCRIBED):
            return Heard(item=_item(message))
        if "session" in kind and kind.endswith(_CONFIGURED):
            return _configuration(_object(message.get("session")))
        return _NOTHING


def _response_id(message: Mapping[str, Any]) -> str | None:
    return text(_object(message.get("response")).get("id")) or text(message.get("response_id"))


def _item(message: Mapping[str, Any]) -> str | None:
    item = text(message.get("item_id"))
    return None if item is None else f"{item}/{message.get('content_index')!r}"


def _configuration(session: Mapping[str, Any]) -> Heard:
    """`audio.input.transcription`, in the beta `input_audio_transcription`."""
    given = _object(_object(session.get("audio")).get("input")).get("transcription")
    transcription = _object(given or session.get("input_audio_transcription"))
    return Heard(
        session_id=text(session.get("id")),
        model=text(session.get("model")),
        transcription_model=text(transcription.get("model")),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
