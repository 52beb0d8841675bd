"""Messages of Gemini Live: all that is not usage."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tollbook_producers.realtime.heard import Heard

_NOTHING = Heard()
_ONE_TURN = Heard(turns=1)


class GeminiWire:
    """Counts the model's turns: usage comes in increments, of which a turn may have any number."""

    markers: ClassVar[tuple[bytes, ...]] = (b"turnComplete",)
    sent_markers: ClassVar[tuple[bytes, ...]] = ()

    def hear(self, message: Mapping[str, Any]) -> Heard:
        """What a message from the provider says."""
        content = message.get("serverContent")
        return _ONE_TURN if isinstance(content, Mapping) and content.get("turnComplete") is True else _NOTHING
