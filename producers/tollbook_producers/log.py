"""The package's logger, and complaints that are made once a kind and hold no content."""

import logging
import threading

logger = logging.getLogger("tollbook_producers")
logger.addHandler(logging.NullHandler())  # an app without logging configured must not get our lines on its stderr

_said: set[str] = set()
_lock = threading.Lock()


def warn_once(kind: str, error: BaseException | None = None) -> None:
    """Log a kind of trouble the first time. Only the error's class is named: its text may quote what a caller sent."""
    with _lock:
        if kind in _said:
            return
        _said.add(kind)
    cause = f" ({type(error).__name__})" if error is not None else ""
    logger.warning("usage tracking: %s%s; calls go on untouched, and this is said once", kind, cause)


def forget_warnings() -> None:
    """Say every kind again: after a fork or a new configuration."""
    global _lock  # noqa: PLW0603  # a lock that another thread held during a fork stays locked in the child
    _lock = threading.Lock()
    _said.clear()
