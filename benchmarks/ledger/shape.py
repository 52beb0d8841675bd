"""What a made-up ledger looks like."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Shape:
    """`days` days of `daily` calls each, of projects in workspaces.

    The calls of the first `hours` hours of a day only, where that is less than 24. The first project is the largest.
    """

    first: date
    days: int
    daily: int
    projects: int = 1000
    workspaces: int = 20
    hours: int = 24

    @property
    def largest_project(self) -> str:
        """The project with the most calls."""
        return f"proj_{1:08x}"

    @property
    def largest_workspace(self) -> str:
        """Its workspace."""
        return f"ws_{1 % self.workspaces:08x}"

    @property
    def start(self) -> datetime:
        """The first moment."""
        return day_start(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after the last day."""
        return self.start + timedelta(days=self.days)

    def day(self, number: int) -> date:
        """The day that many days after the first."""
        return self.first + timedelta(days=number)


def day_start(day: date) -> datetime:
    """The day's first moment, UTC."""
    return datetime.combine(day, time(), UTC)
