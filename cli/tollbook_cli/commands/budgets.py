"""`tollbook budgets`."""

import typer

from tollbook_cli.budgeting.setting import list_budgets, set_budget
from tollbook_cli.budgeting.watching import check_budgets, show_status


def command() -> None:
    """Set and watch soft limits a month for workspaces and projects.

    Nothing stops a call by itself: an app asks before it calls (`tollbook_billing.budgets.BudgetCheck`), and
    `tollbook budgets check` records an alert once for each share of a budget that is reached.

    Example: tollbook budgets status --workspace acme
    """


subcommands = typer.Typer(callback=command, no_args_is_help=True, rich_markup_mode="rich")
subcommands.command("set")(set_budget)
subcommands.command("list")(list_budgets)
subcommands.command("status")(show_status)
subcommands.command("check")(check_budgets)
