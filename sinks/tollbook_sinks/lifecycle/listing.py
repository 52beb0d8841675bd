"""The windows with their proofs, as they are recorded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from psycopg import Connection
from psycopg.rows import dict_row

from tollbook_schemas.ids import datetime_to_ms
from tollbook_sinks.lifecycle.queries import QUERIES
from tollbook_sinks.lifecycle.states import WindowState
from tollbook_sinks.lifecycle.windows import Window


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """One window as recorded. What belongs to a comparison is None until there was one.

    The digests are SHA-256. `sums` maps measures to the proven values that are not zero; `differences` is
    `{"count": all, "first": [{"dimensions", "measure", "ledger", "rollup"}, ...]}` while disputed.
    """

    window: Window
    state: WindowState
    closed_at: datetime | None
    compacted_at: datetime | None
    checked_at: datetime | None
    ledger_events: int | None
    rollup_events: int | None
    ledger_calls: int | None
    rollup_calls: int | None
    ledger_digest: bytes | None
    rollup_digest: bytes | None
    sums: dict[str, int] | None
    differences: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """The fields by name: times in ISO 8601, digests in hexadecimal, the window as `stream` and `window_start`."""
        named = {name: _plain(getattr(self, name)) for name in self.__slots__ if name != "window"}
        return {"stream": self.window.stream, "window_start": _plain(self.window.start)} | named


def list_windows(connection: Connection[Any], states: Collection[WindowState] = ()) -> list[WindowRecord]:
    """The windows in these states (all states by default), by start and stream. Raises psycopg.Error."""
    wanted = list(states or get_args(WindowState))
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_record(row) for row in cursor.execute(QUERIES["list_windows"], {"states": wanted})]


def _record(row: dict[str, Any]) -> WindowRecord:
    window = Window(row.pop("stream"), datetime_to_ms(row.pop("window_start")))
    return WindowRecord(window=window, **row)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.hex() if isinstance(value, bytes) else value
