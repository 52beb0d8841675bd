"""The commands that say what is spent, and record the alerts that are due."""

import typer

from tollbook_billing.budgets import budget_status, budget_statuses
from tollbook_cli.budgeting.database import open_budgets, record_alerts
from tollbook_cli.budgeting.options import Json, Month, Project, Workspace, parse_month, parse_subject
from tollbook_cli.budgeting.render import alerts_table, row_json, status_json, statuses_table
from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings

SPENT = 3
"""The exit code of a question about one scope whose budget is spent."""


def show_status(
    *, workspace: Workspace = None, project: Project = None, month: Month = None, json: Json = False
) -> None:
    """Show what is spent of the budgets of one workspace or project, or of all, current to seconds.

    Usage in open windows counts. What is spent leaves out calls without usage and what has no price: both stand beside
    it. It is unknown, not zero, where nothing that was used has a price.

    Exit code 3: one scope was asked for, and a budget of it is spent.

    Example: tollbook budgets status --workspace acme
    """
    at = parse_month(month)
    with open_budgets(resolve_settings("owner").postgres) as connection:
        if workspace is None and project is None:
            found = budget_statuses(connection, at)
        else:
            found = budget_status(connection, *parse_subject(workspace, project), at)
    if json:
        console.print_json(data=[status_json(one) for one in found])
    else:
        console.print(statuses_table(found))
    if (workspace or project) and any(one.is_spent for one in found):
        raise typer.Exit(SPENT)


def check_budgets(*, month: Month = None, json: Json = False) -> None:
    """Record the alerts that are due, each once a share, a budget and a month, and show the month's.

    For a timer: several at once record an alert once, and nothing is recorded twice.

    The JSON object: {"new": [...], "on_record": [...]}, alerts as `tollbook budgets check` shows them.

    Example: tollbook budgets check
    """
    with open_budgets(resolve_settings("owner").postgres) as connection:
        alerts, new = record_alerts(connection, parse_month(month))
    if json:
        told = {
            "new": [row_json(row) for row in alerts if row["id"] in new],
            "on_record": [row_json(row) for row in alerts if row["id"] not in new],
        }
        console.print_json(data=told)
    else:
        console.print(alerts_table(alerts, new))
