"""Events that a file holds as they are: each once, none from the future."""

from uuid import UUID

from tollbook_producers.imports.rows import BadRow, Converted, RepeatedRow
from tollbook_schemas import UsageEvent, content_digest


class KnownEvents:
    """Judges the events of one file in order. Remembers a digest an event: one id is one call.

    `latest_ms` is the newest time that the broker would take; a later event would become a dead letter.
    """

    def __init__(self, latest_ms: int) -> None:
        self._latest_ms = latest_ms
        self._first: dict[UUID, tuple[int, bytes]] = {}

    def judge(self, line: int, event: UsageEvent, text: str) -> Converted:
        """The event, or why it is none."""
        if event.created_ms > self._latest_ms:
            return BadRow(line, "created_at lies in the future", (), text)
        digest = content_digest(event)
        first, known = self._first.setdefault(event.id, (line, digest))
        if first == line:
            return event
        if known == digest:
            return RepeatedRow(line)
        return BadRow(line, f"its id was given to another call in line {first}", (), text)
