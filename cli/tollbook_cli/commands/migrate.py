"""`tollbook migrate`: the tables, brought up to date."""

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_sinks import migrate


def command() -> None:
    """Make the tables in Postgres, or bring them up to date. Safe to repeat.

    TOLLBOOK_POSTGRES is the connection string of the role that owns the tables; without it, the stack that runs here.

    Example: TOLLBOOK_POSTGRES=postgresql://tollbook_owner@/tollbook tollbook migrate
    """
    migrate(resolve_settings("owner").postgres)
    console.print("the tables are up to date")
