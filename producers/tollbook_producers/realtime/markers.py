"""Find the few messages worth parsing among the many that carry audio."""

import re
from typing import Any

Message = str | bytes

_LONG = 2048
_HEAD = 512
_DELTA = r'\s*\{\s*"type"\s*:\s*"[a-z_.]*\.delta"'
_AUDIO = r'"data"\s*:\s*"'  # google's inline data; a string that quotes this has backslashes in it


class Markers:
    """Looks for any of some byte strings, in messages that are bytes or text.

    A message that begins by saying that it is a delta is never searched, and of a long one not the inline data: 64 kB
    of audio cost no more than a kilobyte.
    """

    __slots__ = ("_bytes", "_text")

    def __init__(self, *markers: bytes) -> None:
        # one marker within another would be looked for twice
        needed = tuple(dict.fromkeys(m for m in markers if not any(o in m and o != m for o in markers)))
        self._bytes = _Search(re.compile(_DELTA.encode()), re.compile(_AUDIO.encode()), b'"', needed)
        self._text = _Search(re.compile(_DELTA), re.compile(_AUDIO), '"', tuple(marker.decode() for marker in needed))

    def are_in(self, message: Message) -> bool:
        """Whether the message has to be parsed. Nothing else is learned from one that has not."""
        return (self._text if isinstance(message, str) else self._bytes).finds(message)


class _Search:
    """The search in messages of one type."""

    __slots__ = ("_audio", "_delta", "_markers", "_quote")

    def __init__(
        self, delta: re.Pattern[Any], audio: re.Pattern[Any], quote: Message, markers: tuple[Any, ...]
    ) -> None:
        self._delta = delta
        self._audio = audio
        self._quote = quote
        self._markers = markers

    def finds(self, message: Any) -> bool:
        if self._delta.match(message):
            return False
        if len(message) > _LONG:
            message = self._without_audio(message)
        return any(marker in message for marker in self._markers)

    def _without_audio(self, message: Any) -> Any:
        """The message without what is between the quotes of its first inline data."""
        found = self._audio.search(message, 0, _HEAD)
        if found is None:
            return message
        end = message.find(self._quote, found.end())
        return message[: found.end()] + message[end:] if end > 0 else message
