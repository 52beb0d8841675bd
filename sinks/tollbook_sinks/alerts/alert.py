"""An alert: something that a person should look at, with the page that says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Code = Literal[
    "kafka_unreachable",
    "lag",
    "windows_overdue",
    "import_unfinished",
    "disputed_windows",
    "dead_letters",
    "requeue_unfinished",
    "missing_usage",
    "idle_producer",
    "spool_drops",
    "spool_stranded",
    "spool_damaged",
    "retention_stuck",
]
"""Each has a section of its name in docs/alerts.md."""

CODES: tuple[Code, ...] = get_args(Code)


@dataclass(frozen=True, slots=True)
class Alert:
    """`detail` is a sentence with the figures; `subject` says of what, by names that differ from code to code."""

    code: Code
    detail: str
    subject: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What `tollbook status --json` prints."""
        return {"code": self.code, "subject": dict(self.subject), "detail": self.detail}
