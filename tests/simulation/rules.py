"""Constants of the simulated world, and how it reports that something is wrong."""

from tollbook_schemas.windows import WindowRule

RULE = WindowRule(width_ms=10_000, grace_ms=5_000, horizon_ms=60_000, future_ms=2_000)
START_MS = 1_700_000_000_000


class ViolationError(AssertionError):
    """Something that must always hold did not."""


def require(holds: bool, what: str, *details: object) -> None:
    """Raise ViolationError unless it holds."""
    if not holds:
        raise ViolationError(": ".join((what, *map(repr, details))))
