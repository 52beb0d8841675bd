"""What a replay can refuse. One sentence a class; every message says what to do."""

from tollbook_schemas.errors import TollbookError


class ReplayRefusedError(TollbookError):
    """A replay now would not repair anything, or would lose something."""


class ReplayFailedError(TollbookError):
    """The replay stopped before anything was changed; the same command goes on with it or begins anew."""


class FoldFailedError(ReplayFailedError):
    """The replay's own processor stops again and again."""
