"""Everybody's bills out of one statement, for the end of a month. They add up to it: what is nobody's is one too."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

from tollbook_billing.statement import Part, UsageLine, UsageStatement
from tollbook_billing.usage import Usage

Owner = Literal["workspace", "project"]
BILL_PARTS: Mapping[Owner, tuple[Part, ...]] = {
    "workspace": ("workspace", "provider", "model"),
    "project": ("project", "provider", "model"),
}
"""What the lines of a statement must be told apart by."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What one owner used and owes; `id` None: usage that names no owner, which nobody is billed for."""

    id: str | None
    usage: Usage
    provisional_calls: int

    @property
    def calls_without_usage(self) -> int:
        """Calls that are not in the cost because they reported nothing."""
        return self.usage.calls - self.usage.calls_with_usage


def bills_of(statement: UsageStatement, owner: Owner) -> tuple[Bill, ...]:
    """A bill for each owner in a statement told apart by BILL_PARTS, in the order of their ids, nobody's last."""
    lines: defaultdict[str | None, list[UsageLine]] = defaultdict(list)
    for line in statement.lines:
        lines[line.workspace_id if owner == "workspace" else line.project_id].append(line)
    ids = sorted(lines, key=lambda name: (name is None, name or ""))
    return tuple(_bill(name, lines[name]) for name in ids)


def _bill(name: str | None, lines: list[UsageLine]) -> Bill:
    provisional = sum(line.usage.calls for line in lines if line.state == "provisional")
    return Bill(name, reduce(add, (line.usage for line in lines), Usage()), provisional)
