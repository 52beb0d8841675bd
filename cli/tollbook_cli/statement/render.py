"""A statement for people, good at 100 columns."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from tollbook_billing import UsageScope, UsageStatement
from tollbook_cli.statement.confidence import confidence_table
from tollbook_cli.statement.figures import MONEY_STEP, period
from tollbook_cli.statement.lines import lines_table
from tollbook_cli.statement.windows import windows_table


def render_statement(statement: UsageStatement, *, all_windows: bool = False) -> RenderableType:
    """Heading, lines, confidence and windows; one sentence where nothing was used."""
    subject = describe_subject(statement.scope, statement.start, statement.end)
    if not statement.windows:
        return Text(f"no usage found for {subject}")
    return Group(
        Text(f"Usage of {subject}", style="bold"),
        lines_table(statement),
        Text(_rounding(statement), style="dim"),
        Text(),
        confidence_table(statement),
        Text(),
        windows_table(statement.windows, show_all=all_windows),
    )


def describe_subject(scope: UsageScope, start: datetime | None, end: datetime | None) -> str:
    """Whose usage, and when."""
    within = f" in workspace {scope.workspace_id}" if scope.workspace_id else ""
    whose = scope.kind if scope.id is None else f"{scope.kind} {scope.id}"
    return f"{whose}{within}, {period(start, end)}"


def _rounding(statement: UsageStatement) -> str:
    book = "what providers charge" if statement.book == "cost" else "what customers are charged"
    return f"cost: {book}, rounded to {MONEY_STEP} {statement.currency} for display only; the sum is exact"
