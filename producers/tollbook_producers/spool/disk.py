"""The folder of this process, made as soon as the disk allows, and how much of the spool it may fill."""

from pathlib import Path

from tollbook_producers.log import warn_once
from tollbook_producers.spool.append import append
from tollbook_producers.spool.failpoint import full_after
from tollbook_producers.spool.folder import bytes_in, folders, make_folder
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.owner import Destination, Owner
from tollbook_producers.spool.recorder import SpoolRecorder
from tollbook_producers.spool.writer import Writer
from tollbook_schemas import Settings


class Disk:
    """Gives the recorder a writer once there is a folder."""

    def __init__(self, settings: Settings, spooler: str, recorder: SpoolRecorder, losses: Losses) -> None:
        self.folder: tuple[Owner, Writer] | None = None
        self._settings = settings
        self._destination = Destination(settings.kafka, settings.topics.events, spooler)
        self._recorder = recorder
        self._losses = losses
        self.look()

    @property
    def used(self) -> int:
        """Bytes in this process's folder."""
        return self.folder[1].used if self.folder is not None else 0

    def look(self) -> None:
        """Make the folder if there is none yet, and keep all folders together within their bound."""
        if not self._settings.spool:
            return
        try:
            if self.folder is None:
                self._open()
            else:
                self.folder[1].limit = self._limit(self.folder[0].folder)
        except (OSError, RuntimeError) as error:  # RuntimeError: nobody knows this user's home
            warn_once("the spool's folder cannot be used, events wait in memory", error)

    def _open(self) -> None:
        owner = make_folder(self._settings.spool_folder, self._destination)
        try:
            if self._settings.spool_fsync:
                owner.sync()
            self._losses.keep_in(owner)
            writer = Writer(
                owner.folder,
                self._limit(owner.folder),
                segment_bytes=self._settings.spool_max_bytes // 8,
                fsync=self._settings.spool_fsync,
                write=full_after(self._settings.spool_full_after) or append,
            )
        except OSError:
            owner.release()
            raise
        self.folder = owner, writer
        self._recorder.writer = writer

    def _limit(self, own: Path) -> int:
        others = sum(bytes_in(folder) for folder in folders(self._settings.spool_folder) if folder != own)
        return max(0, min(self._settings.spool_max_bytes, self._settings.spool_total_bytes - others))
