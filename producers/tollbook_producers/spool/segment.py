"""Numbered files that are only ever appended to, and places in them."""

import os
from pathlib import Path

from tollbook_producers.spool.descriptor import Descriptor

SUFFIX = ".seg"
_OFFSET_BITS = 40


class Segment:
    """A file being written by any number of threads at once: appends of whole lines need no lock of ours.

    It is closed when the last thread lets go of it.
    """

    __slots__ = ("__weakref__", "descriptor", "is_full", "number", "size")

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.size = 0
        self.is_full = False
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        self.descriptor = Descriptor(segment_path(folder, number), flags)


def segment_path(folder: Path, number: int) -> Path:
    """The file of a segment."""
    return folder / f"{number:06d}{SUFFIX}"


def segment_numbers(folder: Path) -> list[int]:
    """The segments that a folder has, in order."""
    return sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal())


def position(number: int, offset: int) -> int:
    """A place in a folder's segments as one number that grows along them."""
    return (number << _OFFSET_BITS) | offset


def segment_of(place: int) -> int:
    """The segment that a position is in."""
    return place >> _OFFSET_BITS
