"""The file `owner` of a folder: locked as long as its process lives, and a header that a killed process leaves behind.

Eight bytes name the format, then come unsigned numbers of eight bytes, each written by one system call (a store into
mapped memory would be a SIGBUS where a disk fails). From byte 512 on stands where the events belong, as JSON.
"""

import fcntl
import os
import sys
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path

import orjson

from tollbook_producers.spool.descriptor import Descriptor

NAME = "owner"
_MAGIC = b"TBSPOOL1"
_WORD = 8
_TEXT_AT = 512
_SIZE = 4096


class Word(IntEnum):
    """The header's numbers."""

    ACKED = 1  # every outcome before this position is on Kafka
    DROPPED = 2  # calls that left no event, in total
    REPORTED = 3  # how many of them an event says
    REPORTING = 4  # how many of them events say once the one under way is acknowledged
    REPORT_MS = 5  # the time of the event under way
    IN_MEMORY = 6  # calls that only the process's memory knows


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a folder's events belong. `spooler` names the process in the ids of what it dropped."""

    kafka: str
    topic: str
    spooler: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says. Without a destination it is unreadable."""

    words: tuple[int, ...]
    destination: Destination | None

    def __getitem__(self, word: Word) -> int:
        return self.words[word]


class Owner:
    """A folder of the spool that this process holds the lock of."""

    def __init__(self, folder: Path, descriptor: Descriptor) -> None:
        self.folder = folder
        self._descriptor = descriptor
        self.header = _parse(os.pread(descriptor.fd, _SIZE, 0))

    def set(self, word: Word, value: int) -> None:
        """Write one number of the header, all of it or nothing. Raises OSError where the disk fails."""
        os.pwrite(self._descriptor.fd, value.to_bytes(_WORD, sys.byteorder), word * _WORD)

    def sync(self) -> None:
        """Wait until the header is on the disk."""
        os.fsync(self._descriptor.fd)

    def release(self) -> None:
        """Leave the folder to whoever adopts it."""
        if self._descriptor.fd >= 0:
            fcntl.flock(self._descriptor.fd, fcntl.LOCK_UN)
            self._descriptor.close()


def make_owner(folder: Path, destination: Destination) -> Owner:
    """Make and lock the file of a folder that nobody else knows yet."""
    descriptor = Descriptor(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    fcntl.flock(descriptor.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    text = orjson.dumps(asdict(destination))
    content = _MAGIC.ljust(_TEXT_AT, b"\0") + text.ljust(_SIZE - _TEXT_AT)
    if len(content) != _SIZE or os.write(descriptor.fd, content) != _SIZE:
        raise OSError(f"{folder / NAME} cannot hold its header")
    return Owner(folder, descriptor)


def adopt(folder: Path) -> Owner | None:
    """The lock of a folder whose process is dead; None while it lives, or another process has adopted it."""
    try:
        descriptor = Descriptor(folder / NAME, os.O_RDWR)
        fcntl.flock(descriptor.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_there(folder, descriptor):
            return None  # adopted, finished and removed between opening and locking
    except OSError:
        return None
    return Owner(folder, descriptor)


def is_owned(folder: Path) -> bool:
    """Whether a process holds the folder now."""
    try:
        descriptor = Descriptor(folder / NAME, os.O_RDONLY)
        fcntl.flock(descriptor.fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def read_header(folder: Path) -> Header:
    """The header as it is now, whoever holds the folder. Raises OSError where there is none."""
    return _parse((folder / NAME).read_bytes())


def _is_there(folder: Path, descriptor: Descriptor) -> bool:
    return (folder / NAME).stat().st_ino == os.fstat(descriptor.fd).st_ino


def _parse(content: bytes) -> Header:
    if len(content) != _SIZE or not content.startswith(_MAGIC):
        return Header((0,) * (max(Word) + 1), None)
    words = tuple(
        int.from_bytes(content[at : at + _WORD], sys.byteorder) for at in range(0, (max(Word) + 1) * _WORD, _WORD)
    )
    try:
        return Header(words, Destination(**orjson.loads(content[_TEXT_AT:])))
    except (orjson.JSONDecodeError, TypeError):
        return Header(words, None)
