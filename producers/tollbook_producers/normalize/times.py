"""Points in time as providers write them, to milliseconds since 1970."""

from datetime import UTC, datetime

from tollbook_schemas.ids import datetime_to_ms

_LAST_MS = 253_402_300_799_999
"""The end of the year 9999, beyond which there are no dates."""


def unix_ms(seconds: object) -> int | None:
    """Seconds since 1970, None where they are no time."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= _LAST_MS // 1000:
        return None
    return round(seconds * 1000)


def iso_ms(time: object) -> int | None:
    """An ISO 8601 time, UTC where it names no zone; None where it is none."""
    if not isinstance(time, str):
        return None
    try:
        parsed = datetime.fromisoformat(time)
        ms = datetime_to_ms(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
    return ms if ms > 0 else None
