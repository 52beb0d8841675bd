"""What the producers refuse: misuse when a client is wrapped, never a call in flight."""

from tollbook_schemas.errors import TollbookError


class UnsupportedClientError(TollbookError, TypeError):
    """A client that the wrapper does not know."""


class UnenforceableTimeoutError(TollbookError, ValueError):
    """A total timeout that nothing could enforce."""
