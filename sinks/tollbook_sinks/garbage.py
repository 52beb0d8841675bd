"""Python's collector of cycles, made to fit batches."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

BATCH_OBJECTS = 400_000
"""More than a usual batch makes. Nearly all of it is gone when it is written, and next to none of it in cycles."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Looks for cycles once in some batches; by default it looks at all of a batch several times over."""
    before = gc.get_threshold()
    gc.set_threshold(BATCH_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
