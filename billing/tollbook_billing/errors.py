"""What the read side can refuse. One sentence a class; every message says what to do."""

from tollbook_schemas.errors import TollbookError


class UsageRangeError(TollbookError):
    """A range that the windows cannot answer: off a window boundary, or empty."""


class SnapshotError(TollbookError):
    """An open transaction in which a statement's parts could differ from each other."""


class BillingSchemaError(TollbookError):
    """The database lacks the tables or the functions that billing asks."""


class BillingDatabaseError(TollbookError):
    """Postgres cannot be reached, or refuses what billing reads."""
