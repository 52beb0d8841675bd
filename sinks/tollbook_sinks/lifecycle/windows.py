"""The name of a window, wherever a window has to be named."""

from datetime import datetime
from typing import NamedTuple

from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.rollups import Scope
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.reading import LIVE


class Window(NamedTuple):
    """One window of one stream; `start_ms` is milliseconds since 1970 UTC."""

    stream: str
    start_ms: int

    @property
    def is_live(self) -> bool:
        """Whether it belongs to the live stream, not to an import."""
        return self.stream == LIVE

    @property
    def scope(self) -> Scope:
        """How a processor's mark names what opens and closes with this window."""
        return self.start_ms if self.is_live else self.stream

    @property
    def start(self) -> datetime:
        """The start as an aware datetime."""
        return ms_to_datetime(self.start_ms)

    def end(self, rule: WindowRule) -> datetime:
        """The end, exclusive, as an aware datetime."""
        return ms_to_datetime(rule.end(self.start_ms))

    def __str__(self) -> str:
        return f"{self.stream} {self.start:%Y-%m-%dT%H:%M:%SZ}"
