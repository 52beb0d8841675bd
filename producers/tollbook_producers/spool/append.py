"""Appends to a file without letting other threads run in between.

`os.write` hands the interpreter over for a microsecond of work: a thread that waits for it takes it, and getting it
back costs the call 15 µs as a rule and up to 5 ms (measured; the switch interval). An append of a few hundred bytes to
the page cache is shorter than that hand-over.
"""

import ctypes
import os
from collections.abc import Callable
from errno import EINTR

Write = Callable[[int, bytes], int]
"""Writes bytes to a descriptor. Returns how many; raises OSError."""


def _write() -> Write:
    try:
        libc_write = ctypes.PyDLL(None, use_errno=True).write
    except (AttributeError, OSError, TypeError):  # no such library here
        return os.write
    libc_write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
    libc_write.restype = ctypes.c_ssize_t

    def write(descriptor: int, data: bytes) -> int:
        written: int = libc_write(descriptor, data, len(data))
        if written >= 0:
            return written
        number = ctypes.get_errno()
        return os.write(descriptor, data) if number == EINTR else _fail(number)

    return write


def _fail(number: int) -> int:
    raise OSError(number, os.strerror(number))


append: Write = _write()
"""Appends to a descriptor that was opened to append."""
