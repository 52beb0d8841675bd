"""A statement for people, good at 100 columns."""

from rich.console import Group, RenderableType
from rich.text import Text

from tollbook_billing import UsageStatement
from tollbook_cli.statement.confidence import confidence_table
from tollbook_cli.statement.figures import USD_STEP, period
from tollbook_cli.statement.lines import lines_table
from tollbook_cli.statement.windows import windows_table


def render_statement(statement: UsageStatement, *, all_windows: bool = False) -> RenderableType:
    """Heading, lines, confidence and windows; one sentence where nothing was used."""
    scope = statement.scope
    within = f" in workspace {scope.workspace_id}" if scope.workspace_id else ""
    subject = f"{scope.kind} {scope.id}{within}, {period(statement.start, statement.end)}"
    if not statement.windows:
        return Text(f"no usage found for {subject}")
    return Group(
        Text(f"Usage of {subject}", style="bold"),
        lines_table(statement.lines, statement.totals),
        Text(f"cost rounded half-even to {USD_STEP} USD for display only; the sum is exact", style="dim"),
        Text(),
        confidence_table(statement),
        Text(),
        windows_table(statement.windows, show_all=all_windows),
    )
