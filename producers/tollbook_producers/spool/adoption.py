"""Folders of dead processes: each is adopted by one process at a time, delivered, and removed."""

from collections import deque
from collections.abc import Callable, Container
from dataclasses import asdict, dataclass
from pathlib import Path

from tollbook_producers.spool.folder import folders, remove_folder, set_aside
from tollbook_producers.spool.line import REWRITTEN, decode
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.open_calls import OpenCalls, Outcome
from tollbook_producers.spool.outbox import Outbox
from tollbook_producers.spool.owner import Destination, Header, Owner, Word, adopt, read_header
from tollbook_producers.spool.segment import segment_numbers, segment_of, segment_path
from tollbook_producers.spool.sending import InOrder, send
from tollbook_producers.spool.tail import Tail

Belongs = Callable[[Destination | None], bool]


@dataclass(slots=True)
class Recovered:
    """What was found in the folders of dead processes."""

    folders: int = 0
    outcomes: int = 0
    """Events of calls that had ended."""
    interrupted: int = 0
    """Calls that the process's death cut off."""
    dropped: int = 0
    """Calls that the process had counted and could not keep."""
    corrupt_lines: int = 0
    torn_lines: int = 0

    def add(self, other: "Recovered") -> None:
        """Add another folder's figures."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


class Adoption:
    """One folder of a dead process. `step` until `is_done`, while somebody polls the outbox.

    The events made here are the same whoever makes them: an adopter that dies on the way does no harm.
    """

    def __init__(self, owner: Owner, outbox: Outbox, max_damaged_bytes: int) -> None:
        header = owner.header
        self.recovered = Recovered(folders=1)
        self.is_done = False
        self._owner = owner
        self._outbox = outbox
        self._max_damaged_bytes = max_damaged_bytes
        self._acked_before = self._acked = header[Word.ACKED]
        self._tail = Tail(owner.folder, lambda _: True)
        self._calls = OpenCalls(rewritten_in(owner.folder), forget=False)
        self._sending = InOrder(outbox, self._settled)
        self._all_read = False
        self._open: deque[Outcome] = deque()
        self._losses = _losses(owner, header)
        self._reporting = False
        self._segments = segment_numbers(owner.folder)
        self._total = max(1, len(self._segments))

    @property
    def folder(self) -> Path:
        """The folder."""
        return self._owner.folder

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the folder's segments are done, of how many; 1 of 1 at the end of one without any."""
        reading = segment_of(self._tail.position)
        done = sum(number < reading for number in self._segments)
        return (self._total if self.is_done else done), self._total

    def step(self) -> bool:
        """Send some more, or finish. Returns whether there may be more to do at once. Raises OSError."""
        moved = True
        if not self._all_read:
            self._read()
        elif self._open:
            self._interrupt()
        elif not self._sending and not self._reporting:
            self._report_or_finish()
        else:
            moved = False
        self._remember()
        return moved

    def leave(self) -> None:
        """Let another process go on with it."""
        self._owner.release()

    def _read(self) -> None:
        for line in self._tail.read():
            try:
                outcome = self._calls.take(line.record, segment_of(line.end))
            except ValueError:
                self._tail.mark_corrupt(line)
                continue
            if outcome is not None and line.end > self._acked_before:
                self.recovered.outcomes += 1
                self._sending.send(outcome, line.end)

        if self._tail.at_end:
            self._all_read = True
            self._open.extend(self._calls.interrupted())
            self.recovered.interrupted = len(self._open)

    def _interrupt(self) -> None:
        while self._open and self._outbox.room > 0:
            self._sending.send(self._open.popleft(), self._tail.position)

    def _report_or_finish(self) -> None:
        report = self._losses.next_report()
        if report is None:
            self._finish()
            return
        self._reporting = True
        send(self._outbox, report, self._reported)

    def _reported(self, _delivered: bool) -> None:
        calls = self._losses.unreported
        self._losses.acknowledged()
        self.recovered.dropped += calls - self._losses.unreported
        self._reporting = False

    def _finish(self) -> None:
        damage = self._tail.damage
        self.recovered.corrupt_lines, self.recovered.torn_lines = damage.corrupt, damage.torn
        for number in damage.segments:
            set_aside(self._owner.folder, number, self._max_damaged_bytes)
        remove_folder(self._owner)
        self.is_done = True

    def _settled(self, delivered: bool) -> None:
        if not delivered:
            self._losses.drop()

    def _remember(self) -> None:
        acked = self._sending.acked(self._tail.position)
        if acked > self._acked and not self.is_done:
            self._owner.set(Word.ACKED, acked)
            self._acked = acked


def adopt_next(spool: Path, belongs: Belongs, refused: Container[Path] = ()) -> Owner | None:
    """Adopt the oldest folder of a dead process that belongs here; None where there is none."""
    for folder in folders(spool):
        if folder in refused:
            continue
        try:
            is_ours = belongs(read_header(folder).destination)
        except OSError:  # finished by another process
            continue
        owner = adopt(folder) if is_ours else None
        if owner is not None:
            return owner
    return None


def rewritten_in(folder: Path) -> set[str]:
    """The calls whose facts were written again. Raises OSError."""
    mark = b' ["%b",' % REWRITTEN.encode()
    calls = set()
    for number in segment_numbers(folder):
        with segment_path(folder, number).open("rb") as lines:
            calls |= {record[1] for line in lines if mark in line[:16] and (record := decode(line.rstrip(b"\n")))}
    return calls


def _losses(owner: Owner, header: Header) -> Losses:
    spooler = header.destination.spooler if header.destination is not None else owner.folder.name
    return Losses.left_behind(owner, header, spooler)
