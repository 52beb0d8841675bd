"""What the commands for dead letters can refuse."""

from tollbook_schemas.errors import TollbookError


class LettersRefusedError(TollbookError):
    """Postgres refuses what a command for dead letters asked."""


class NoSuchLetterError(TollbookError):
    """There is no dead letter at that place."""
