"""Deliver at once what dead processes left, in the foreground."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tollbook_producers.spool.adoption import Adoption, Recovered, adopt_next
from tollbook_producers.spool.folder import folders, sweep
from tollbook_producers.spool.outbox import Outbox
from tollbook_producers.spool.owner import Destination, is_owned
from tollbook_schemas import Settings

_POLL_SECONDS = 0.05

Progress = Callable[[str, int, int], None]
"""Told how many of how many segments of the named folder are delivered."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What a drain did. `undelivered` folders could not be finished or belong to another cluster or topic."""

    recovered: Recovered
    undelivered: tuple[Path, ...]
    in_use: tuple[Path, ...]
    """Folders of processes that live: they deliver themselves."""


def drain(settings: Settings, timeout_seconds: float, progress: Progress, *, any_kafka: bool = False) -> Drained:
    """Adopt and deliver the folders of dead processes, at most that long.

    `any_kafka`: also those of processes that were configured with another bootstrap address; the topic must be the
    same.
    """

    def belongs(destination: Destination | None) -> bool:
        return (
            destination is not None
            and destination.topic == settings.topics.events
            and (any_kafka or destination.kafka == settings.kafka)
        )

    sweep(settings.spool_folder)
    recovered = Recovered()
    outbox = Outbox(settings)
    deadline = time.monotonic() + timeout_seconds
    refused: set[Path] = set()
    while (owner := adopt_next(settings.spool_folder, belongs, refused)) is not None:
        refused.add(owner.folder)
        adoption = Adoption(owner, outbox, settings.spool_max_bytes)
        if not _finish(adoption, outbox, deadline, progress):
            adoption.leave()
            outbox.give_up()
            break
        recovered.add(adoption.recovered)
    left = folders(settings.spool_folder)
    in_use = tuple(folder for folder in left if is_owned(folder))
    return Drained(recovered, tuple(folder for folder in left if folder not in in_use), in_use)


def _finish(adoption: Adoption, outbox: Outbox, deadline: float, progress: Progress) -> bool:
    while not adoption.is_done and time.monotonic() < deadline:
        moved = outbox.room > 0 and adoption.step()
        outbox.poll(0 if moved else _POLL_SECONDS)
        progress(adoption.folder.name, *adoption.progress)
    return adoption.is_done
