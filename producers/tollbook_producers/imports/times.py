"""Timestamps as files hold them, to milliseconds since 1970. What could mean two moments is refused, never guessed."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tollbook_schemas.ids import datetime_to_ms

_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:[.,](?P<fraction>\d{1,12}))?"
    r"\s?(?P<zone>Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?\Z",
    re.ASCII,
)
_EPOCH = re.compile(r"(?:\d{10}|\d{13})(?:\.\d{1,12})?\Z", re.ASCII)
"""10 digits are seconds, 13 are milliseconds, both from 2001 to 2286; other lengths could be a date without dashes."""
_FIRST_MS = 10**12
_SHAPES = "write it as 2023-11-16 18:15:46.680, with Z or an offset such as +01:00, or as epoch seconds or milliseconds"


def parse_time(text: str, zone: ZoneInfo) -> int:
    """Milliseconds since 1970, finer digits cut off; `zone` is for times that name none.

    Raises ValueError with the end of a sentence for anything that is not one moment: a date alone, a day that does not
    exist, a local time that the zone's clock change skips or repeats.
    """
    stripped = text.strip()
    if _EPOCH.match(stripped):
        return _from_epoch(stripped)
    match = _ISO.match(stripped)
    if match is None:
        raise ValueError(f"is not a time: {_SHAPES}")
    try:
        naive = datetime.fromisoformat(f"{match['date']}T{match['time']}")
    except ValueError:
        raise ValueError("is not a time that exists") from None
    fraction_ms = int((match["fraction"] or "").ljust(3, "0")[:3])
    return datetime_to_ms(_aware(naive, match["zone"], zone)) + fraction_ms


def _from_epoch(text: str) -> int:
    number = Decimal(text)
    return int(number) if number >= _FIRST_MS else int(number * 1000)


def _aware(naive: datetime, named: str | None, zone: ZoneInfo) -> datetime:
    if named is None:
        return _local(naive, zone)
    if named in {"Z", "z", "UTC"}:
        return naive.replace(tzinfo=UTC)
    hours, minutes = int(named[1:3]), int(named[-2:] if len(named) > len("+00") else "0")
    if hours > 14 or minutes > 59:  # noqa: PLR2004  # +14:00 is the farthest zone, 59 the last minute
        raise ValueError(f"has an offset that does not exist: {_SHAPES}")
    offset = timedelta(hours=hours, minutes=minutes)
    return naive.replace(tzinfo=UTC) - (offset if named[0] == "+" else -offset)


def _local(naive: datetime, zone: ZoneInfo) -> datetime:
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise ValueError(f"does not exist in {zone.key}: the clock was put forward then; give the offset")
    raise ValueError(f"happened twice in {zone.key}: the clock was put back then; give the offset")
