"""A disk that is full after so many bytes, for tests."""

import os
from errno import ENOSPC

from tollbook_producers.spool.append import Write


def full_after(limit: int | None) -> Write | None:
    """A `write` that takes that many bytes in total, cuts the line that goes beyond them, and refuses all others."""
    if limit is None:
        return None
    left = [limit]

    def write(fd: int, data: bytes) -> int:
        taken = min(len(data), left[0])
        if not taken:
            raise OSError(ENOSPC, "failpoint: the disk is full")
        left[0] -= taken
        return os.write(fd, data[:taken])

    return write
