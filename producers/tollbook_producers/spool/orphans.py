"""The folders of dead processes that this process adopts beside its own work, one after the other."""

import time
from pathlib import Path

from tollbook_producers.log import warn_once
from tollbook_producers.spool.adoption import Adoption, adopt_next
from tollbook_producers.spool.folder import sweep
from tollbook_producers.spool.outbox import Outbox
from tollbook_producers.spool.owner import Destination
from tollbook_schemas import Settings


class Orphans:
    """Looks for folders at once and then every so often. Folders that belong elsewhere are left alone."""

    def __init__(self, settings: Settings, outbox: Outbox) -> None:
        self._spool = settings.spool_folder
        self._every_seconds = settings.spool_adopt_seconds
        self._max_bytes = settings.spool_max_bytes
        self._belongs_to = (settings.kafka, settings.topics.events)
        self._outbox = outbox
        self._adoption: Adoption | None = None
        self._refused: set[Path] = set()
        self._next_look = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a folder is being delivered now."""
        return self._adoption is not None

    def look_is_due(self) -> bool:
        """Whether it is time to look for folders."""
        return self._adoption is None and time.monotonic() >= self._next_look

    def look(self) -> None:
        """Adopt the oldest folder there is."""
        self._next_look = time.monotonic() + self._every_seconds
        sweep(self._spool)
        owner = adopt_next(self._spool, self._belongs, self._refused)
        if owner is None:
            return
        try:
            self._adoption = Adoption(owner, self._outbox, self._max_bytes)
        except OSError as error:
            self._refuse(owner.folder, error)
            owner.release()

    def step(self) -> bool:
        """Go on with the folder. Returns whether there may be more to do at once."""
        adoption = self._adoption
        if adoption is None or self._outbox.room <= 0:
            return False
        try:
            moved = adoption.step()
        except OSError as error:
            self._refuse(adoption.folder, error)
            self.leave()
            return False
        if adoption.is_done:
            self._adoption = None
            self._next_look = 0.0  # perhaps there are more
        return moved

    def leave(self) -> None:
        """Let another process go on with the folder."""
        if self._adoption is not None:
            self._adoption.leave()
            self._adoption = None

    def _belongs(self, destination: Destination | None) -> bool:
        return destination is not None and (destination.kafka, destination.topic) == self._belongs_to

    def _refuse(self, folder: Path, error: OSError) -> None:
        self._refused.add(folder)
        warn_once("what a dead process left in the spool cannot be read", error)
