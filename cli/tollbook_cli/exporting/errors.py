"""What an export can refuse. Every message says what to do."""

from tollbook_schemas.errors import TollbookError


class ExportError(TollbookError):
    """An export that cannot be written where it should be, or whose manifest cannot be read."""
