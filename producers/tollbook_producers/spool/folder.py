"""The spool's folders: one a process, made and removed under hidden names so that nobody meets half of one."""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from tollbook_producers.spool.owner import NAME, Destination, Owner, adopt, make_owner
from tollbook_producers.spool.segment import segment_path

DAMAGED = "damaged"
_HIDDEN_SECONDS = 60


def make_folder(spool: Path, destination: Destination) -> Owner:
    """Make this process's folder, locked before anybody can see it. Raises OSError where that cannot be done."""
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}-{token_hex(6)}"
    hidden = spool / f".{name}"
    hidden.mkdir(mode=0o700)
    try:
        owner = make_owner(hidden, destination)
        owner.folder = hidden.rename(spool / name)
    except OSError:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    return owner


def remove_folder(owner: Owner) -> None:
    """Remove a folder that owes nothing any more, and give up its lock."""
    hidden = owner.folder.rename(owner.folder.with_name(f".{owner.folder.name}"))
    shutil.rmtree(hidden, ignore_errors=True)
    owner.release()


def folders(spool: Path) -> list[Path]:
    """The folders of all processes, the oldest first."""
    try:
        found = list(spool.iterdir())
    except OSError:
        return []
    return sorted(path for path in found if not path.name.startswith(".") and (path / NAME).is_file())


def sweep(spool: Path) -> None:
    """Remove what processes that were killed while making or removing a folder left behind."""
    for hidden in _hidden(spool):
        owner = adopt(hidden)
        if owner is not None:
            shutil.rmtree(hidden, ignore_errors=True)
            owner.release()
        elif not (hidden / NAME).exists() and _is_old(hidden):
            shutil.rmtree(hidden, ignore_errors=True)


def set_aside(folder: Path, number: int, max_bytes: int) -> None:
    """Keep a damaged segment for whoever wants to look at it, while what is kept stays within `max_bytes`."""
    aside = folder.parent / DAMAGED
    aside.mkdir(mode=0o700, exist_ok=True)
    segment = segment_path(folder, number)
    if bytes_in(aside) + segment.stat().st_size <= max_bytes:
        segment.rename(aside / f"{folder.name}-{segment.name}")
    else:
        segment.unlink()


def bytes_in(folder: Path) -> int:
    """The size of the files in a folder, some of which may vanish meanwhile."""
    return sum(_size(path) for path in folder.iterdir()) if folder.is_dir() else 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _hidden(spool: Path) -> Iterator[Path]:
    try:
        yield from (path for path in spool.iterdir() if path.name.startswith(".") and path.is_dir())
    except OSError:
        return


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _HIDDEN_SECONDS
    except OSError:
        return False
