"""Which range of windows a bill is asked for."""

from datetime import UTC, datetime

from tollbook_schemas.errors import TollbookError
from tollbook_schemas.ids import datetime_to_ms
from tollbook_schemas.windows import WindowRule

Range = tuple[datetime | None, datetime | None]
"""Start and exclusive end, None for no bound."""
_DECEMBER = 12


class BadRangeError(TollbookError):
    """A range that was mistyped, or that windows cannot be cut at."""


def choose_range(start: str | None, end: str | None, *, all_time: bool, rule: WindowRule, now: datetime) -> Range:
    """The range that options ask for; without any, the UTC month of `now`. Raises BadRangeError."""
    if all_time and (start or end):
        raise BadRangeError("--all-time and a range exclude each other: leave one out")
    if all_time:
        return None, None
    if start is None and end is None:
        return month_of(now)
    first, last = _time("--from", start, rule), _time("--to", end, rule)
    if first and last and first >= last:
        raise BadRangeError("--from must be before --to, which is exclusive")
    return first, last


def month_of(now: datetime) -> tuple[datetime, datetime]:
    """The UTC month that a time is in: its first moment and that of the next one."""
    at = now.astimezone(UTC)
    first = datetime(at.year, at.month, 1, tzinfo=UTC)
    following = datetime(at.year + (at.month == _DECEMBER), at.month % _DECEMBER + 1, 1, tzinfo=UTC)
    return first, following


def _time(option: str, text: str | None, rule: WindowRule) -> datetime | None:
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRangeError(
            f"{option} {text!r}: give a date or a time such as 2026-03-01 or 2026-03-01T09:00Z"
        ) from error
    time = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    if time.microsecond or not rule.is_boundary(datetime_to_ms(time)):
        minutes = rule.width_ms / 60_000
        raise BadRangeError(
            f"{option} {text!r} is inside a window: usage is kept in windows of {minutes:g} minutes, UTC"
        )
    return time
