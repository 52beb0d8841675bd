"""Figures as text. What is unknown is a dash, never a zero."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

UNKNOWN = "–"  # noqa: RUF001  # a dash as wide as a digit
MONEY_STEP = Decimal("0.0001")
"""Money is shown to this step, halves away from zero, and only when shown: `--json` has every digit."""
_WIDE = Context(prec=200)


def count(value: int | None) -> str:
    """1234567 as 1,234,567."""
    return UNKNOWN if value is None else f"{value:,}"


def quantity(value: int | Decimal) -> str:
    """A count or a number of seconds, exact."""
    return f"{value:,}"


def money(value: Decimal | None) -> str:
    """Rounded to MONEY_STEP; an amount below it is shown as such, because 0.0000 would say free."""
    if value is None:
        return UNKNOWN
    if value and abs(value) < MONEY_STEP:
        return f"<{MONEY_STEP}" if value > 0 else f"-<{MONEY_STEP}"
    return f"{value.quantize(MONEY_STEP, rounding=ROUND_HALF_UP, context=_WIDE):,f}"


def percent(value: Fraction | None) -> str:
    """Rounded down to 0.1 %, so that only all of it is 100.0 %."""
    if value is None:
        return UNKNOWN
    tenths = value.numerator * 1000 // value.denominator
    return f"{tenths // 10}.{tenths % 10} %"


def moment(value: datetime) -> str:
    """To the minute, in UTC."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"


def period(start: datetime | None, end: datetime | None) -> str:
    """A range in words; the end is exclusive."""
    if start is None and end is None:
        return "all time"
    if end is None:
        return f"from {moment(start)} UTC on" if start else "all time"
    return f"{moment(start)} to {moment(end)} UTC" if start else f"until {moment(end)} UTC"
