"""Why topics do not grow."""

from tollbook_schemas.errors import TollbookError


class GrowingRefusedError(TollbookError):
    """Growing now would not be right."""


class GrowingFailedError(TollbookError):
    """Growing was broken off; the same may be run again."""
