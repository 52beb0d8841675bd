"""The one width of a database's windows."""

from datetime import timedelta
from typing import Any

from psycopg import Connection

from tollbook_schemas.windows import WindowRule
from tollbook_sinks.errors import WindowWidthError
from tollbook_sinks.queries import load_queries

_SQL = load_queries("windows.sql")


def record_width(connection: Connection[Any], rule: WindowRule) -> None:
    """Record the width if none is recorded yet. Raises WindowWidthError if another one is."""
    connection.execute(_SQL["record_width"], {"width": _width(rule)})
    refuse_other_width(connection, rule)


def refuse_other_width(connection: Connection[Any], rule: WindowRule) -> None:
    """Raise WindowWidthError if this database's windows are cut in another width than the rule's."""
    row = connection.execute(_SQL["recorded_width"]).fetchone()
    if row is not None and row[0] != _width(rule):
        recorded, asked = (int(width.total_seconds()) for width in (row[0], _width(rule)))
        raise WindowWidthError(
            f"this database holds windows of {recorded} seconds and TOLLBOOK_WINDOW_SECONDS says {asked}: set it back, "
            "or use an empty database and topics of another prefix"
        )


def _width(rule: WindowRule) -> timedelta:
    return timedelta(milliseconds=rule.width_ms)
