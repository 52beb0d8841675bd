"""What lies in the spool, read without disturbing anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tollbook_producers.spool.adoption import rewritten_in
from tollbook_producers.spool.folder import DAMAGED, bytes_in, folders
from tollbook_producers.spool.open_calls import OpenCalls
from tollbook_producers.spool.owner import Destination, Word, is_owned, read_header
from tollbook_producers.spool.segment import segment_of
from tollbook_producers.spool.tail import Tail


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """One process's folder. Figures of a process that lives are those of a moment."""

    name: str
    is_owned: bool
    """Whether its process, or one that adopted it, lives."""
    bytes: int
    undelivered: int
    """Outcomes that Kafka has not acknowledged."""
    open_calls: int
    """Calls under way, or cut off where the process is dead."""
    dropped: int
    """Calls that had no room and that no event tells of yet."""
    corrupt_lines: int
    torn_lines: int
    """Lines that a kill or a full disk cut short."""
    destination: Destination | None
    """Where its events belong; None where its header is unreadable."""


@dataclass(frozen=True, slots=True)
class SpoolStatus:
    """All folders, the oldest first, and what was set aside because it was damaged."""

    path: Path
    folders: tuple[FolderStatus, ...]
    damaged_segments: int
    damaged_bytes: int


def spool_status(spool: Path) -> SpoolStatus:
    """Look through the spool; folders that vanish meanwhile are left out."""
    aside = spool / DAMAGED
    damaged = len(list(aside.iterdir())) if aside.is_dir() else 0
    return SpoolStatus(spool, tuple(_all(spool)), damaged, bytes_in(aside))


def _all(spool: Path) -> Iterator[FolderStatus]:
    for folder in folders(spool):
        try:
            yield _status(folder)
        except FileNotFoundError:
            continue


def _status(folder: Path) -> FolderStatus:
    owned = is_owned(folder)
    header = read_header(folder)
    tail = Tail(folder, lambda _: True)
    calls = OpenCalls(rewritten_in(folder), forget=False)
    undelivered = 0
    while not tail.at_end:
        for line in tail.read():
            try:
                outcome = calls.take(line.record, segment_of(line.end))
            except ValueError:
                tail.mark_corrupt(line)
                continue
            undelivered += outcome is not None and line.end > header[Word.ACKED]
    return FolderStatus(
        name=folder.name,
        is_owned=owned,
        bytes=bytes_in(folder),
        undelivered=undelivered,
        open_calls=len(calls),
        dropped=header[Word.DROPPED] + (0 if owned else header[Word.IN_MEMORY]) - header[Word.REPORTED],
        corrupt_lines=tail.damage.corrupt,
        torn_lines=tail.damage.torn,
        destination=header.destination,
    )
