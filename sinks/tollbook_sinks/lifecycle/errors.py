"""What maintenance and audit can refuse. One sentence a class; every message says what to do."""

from tollbook_schemas.errors import TollbookError


class DatabaseUnreachableError(TollbookError):
    """Postgres did not answer, or refused us."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"no connection to Postgres, set TOLLBOOK_POSTGRES to its address: {detail.strip()}")


class MaintenanceFailedError(TollbookError):
    """Postgres refused or broke off a maintenance transaction; nothing of it remains."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "maintenance stopped and nothing is half done; it needs the role that owns the tables, and tables that are "
            f"migrated: {detail.strip()}"
        )


class AuditFailedError(TollbookError):
    """Postgres refused or broke off the audit: nothing is known."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"the audit needs a role that may read every table, and tables that are migrated: {detail.strip()}"
        )
