"""What a pass did about the days that have served their time."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(slots=True)
class RetentionReport:
    """Days in order: `expired` are closed to writers, `archived` have a verified file, `dropped` are gone.

    `left` says why a day that should have gone on is left to the next pass.
    """

    expired: list[date] = field(default_factory=list)
    archived: list[date] = field(default_factory=list)
    dropped: list[date] = field(default_factory=list)
    left: dict[date, str] = field(default_factory=dict)

    @property
    def did_something(self) -> bool:
        """Whether anything changed, or could not."""
        return any((self.expired, self.archived, self.dropped, self.left))

    def as_json(self) -> dict[str, Any]:
        """`{"expired": [day], "archived": [day], "dropped": [day], "left": [{"day", "reason"}]}`."""
        return {
            "expired": [day.isoformat() for day in self.expired],
            "archived": [day.isoformat() for day in self.archived],
            "dropped": [day.isoformat() for day in self.dropped],
            "left": [{"day": day.isoformat(), "reason": reason} for day, reason in self.left.items()],
        }
