"""What Postgres says about a workspace."""

import psycopg

from support.postgres import Database
from tollbook_billing import UsageStatement, workspace_usage


def workspace_statement(database: Database, workspace_id: str) -> UsageStatement:
    """The statement of a workspace for all time."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        return workspace_usage(connection, workspace_id)


def workspace_totals(database: Database, workspace_id: str) -> tuple[int, int, int]:
    """Calls, prompt tokens and completion tokens."""
    totals = workspace_statement(database, workspace_id).totals
    return totals.calls, totals.prompt_tokens or 0, totals.completion_tokens or 0
