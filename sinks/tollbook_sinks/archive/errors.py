"""What an archive can refuse. Every message says what to do."""

from tollbook_schemas.errors import TollbookError


class ArchiveError(TollbookError):
    """A day's archive cannot be written, or is not what it should be; the ledger's rows are untouched."""


class RestoreError(TollbookError):
    """A day cannot be brought back from this file, or not into this database."""
