"""File descriptors that a forked child must not keep: a child's copy of a lock outlives the parent's death."""

import os
import threading
from pathlib import Path
from weakref import WeakSet

_opening = threading.RLock()
_open: "WeakSet[Descriptor]" = WeakSet()


class Descriptor:
    """An open file. In a forked child it is closed at once, which leaves a lock on it with the parent."""

    __slots__ = ("__weakref__", "fd")

    def __init__(self, path: Path, flags: int, mode: int = 0o600) -> None:
        with _opening:  # no fork between opening and remembering
            self.fd = os.open(path, flags | os.O_CLOEXEC, mode)
            _open.add(self)

    def close(self) -> None:
        """Close it; nothing happens the second time."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def __del__(self) -> None:
        if getattr(self, "fd", -1) >= 0:
            self.close()


def _close_all() -> None:
    for descriptor in list(_open):
        descriptor.close()
    _opening.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_close_all)
