"""Which range an export is asked for: a month or dates, in the zone whose days it has."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tollbook_cli.exporting.errors import ExportError

_DECEMBER = 12


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises ExportError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ExportError(f"--zone {name!r}: there is no such time zone; use a name such as Europe/Berlin") from None


def export_range(month: str | None, start: str | None, end: str | None, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and exclusive end in UTC. Raises ExportError for a range that says nothing, or too much."""
    if (month is None) is (start is None) or (start is None) is not (end is None):
        raise ExportError("which range? Give --month, or both --from and --to")
    if month is not None:
        return month_of(month, zone)
    first, last = (_time(option, text, zone) for option, text in (("--from", start), ("--to", end)))
    if first >= last:
        raise ExportError("--from must be before --to, which is exclusive")
    return first, last


def month_of(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The month that 2026-03 names: its first moment and that of the next, in UTC. Raises ExportError."""
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=zone)
    except ValueError:
        raise ExportError(f"{text!r}: a month is written as 2026-03") from None
    following = first.replace(year=first.year + first.month // _DECEMBER, month=first.month % _DECEMBER + 1)
    return first.astimezone(UTC), following.astimezone(UTC)


def _time(option: str, text: str | None, zone: ZoneInfo) -> datetime:
    try:
        given = datetime.fromisoformat(text or "")
    except ValueError:
        raise ExportError(f"{option} {text!r}: give a date or a time such as 2026-03-01 or 2026-03-01T09:00Z") from None
    return (given.replace(tzinfo=zone) if given.tzinfo is None else given).astimezone(UTC)
