"""A folder belongs to one process at a time: to its own for life, then to one adopter."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from support.waiting import eventually
from tollbook_producers.spool.folder import folders, make_folder, remove_folder, sweep
from tollbook_producers.spool.owner import Destination, Owner, Word, adopt, is_owned, read_header
from unit.producers.spool.lines import HERE

PATIENCE = 30.0
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def children() -> Iterator[list[int]]:
    """Pids of children; killed and collected at the end."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def owner_in_a_child(spool: Path, children: list[int]) -> Path:
    """A folder whose owner is another process, which sleeps."""
    pid = os.fork()
    if pid == 0:
        _kept = make_folder(spool, HERE)
        signal.pause()
    children.append(pid)
    return eventually(lambda: folders(spool))[0]


def test_a_new_folder_is_locked_private_and_says_where_its_events_belong(tmp_path: Path) -> None:
    spool = tmp_path / "deep" / "spool"
    owner = make_folder(spool, HERE)
    assert folders(spool) == [owner.folder]
    assert read_header(owner.folder).destination == HERE
    assert f"-{os.getpid()}-" in owner.folder.name
    modes = [path.stat().st_mode & 0o777 for path in (spool, owner.folder, owner.folder / "owner")]
    assert modes == [0o700, 0o700, 0o600]
    assert is_owned(owner.folder)
    assert adopt(owner.folder) is None


def test_the_header_keeps_its_numbers(tmp_path: Path) -> None:
    owner = make_folder(tmp_path, HERE)
    for word in Word:
        owner.set(word, 2**60 + word)
    owner.release()
    adopted = adopt(owner.folder)
    assert adopted is not None
    assert [adopted.header[word] for word in Word] == [2**60 + word for word in Word]
    assert adopted.header.destination == HERE


def test_a_destination_that_does_not_fit_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="header"):
        make_folder(tmp_path, Destination("k" * 5000, "t", "s"))
    assert list(tmp_path.iterdir()) == []


def test_a_dead_owners_folder_is_adopted_and_a_stopped_ones_is_not(tmp_path: Path, children: list[int]) -> None:
    folder = owner_in_a_child(tmp_path, children)
    os.kill(children[0], signal.SIGSTOP)
    os.waitpid(children[0], os.WUNTRACED)
    assert is_owned(folder)
    assert adopt(folder) is None
    os.kill(children[0], signal.SIGKILL)
    os.waitpid(children.pop(), 0)
    assert not is_owned(folder)
    assert adopt(folder) is not None


def test_an_owners_death_frees_its_folder_while_its_forked_children_live(tmp_path: Path, children: list[int]) -> None:
    folder_path, pid_path = tmp_path / "spool", tmp_path / "pid"
    parent = os.fork()
    if parent == 0:
        _kept = make_folder(folder_path, HERE)
        child = os.fork()
        if child == 0:
            signal.pause()
        pid_path.write_text(str(child))
        signal.pause()
    children.append(parent)
    child = int(eventually(lambda: pid_path.read_text() if pid_path.exists() else ""))
    folder = folders(folder_path)[0]
    assert adopt(folder) is None
    os.kill(parent, signal.SIGKILL)
    os.waitpid(children.pop(), 0)
    try:
        assert adopt(folder) is not None
    finally:
        os.kill(child, signal.SIGKILL)


def race(folder: Path, start: Connection, result: Connection) -> None:
    """Try to adopt a folder when told to, finish it if it could be, until it is gone."""
    start.recv()
    adopted = 0
    while folder.exists():
        owner = adopt(folder)
        if owner is not None:
            adopted += 1
            remove_folder(owner)
    result.send(adopted)


def test_racing_adopters_get_a_folder_once(tmp_path: Path) -> None:
    dead = [make_folder(tmp_path, HERE) for _ in range(1)]
    starts, results, racers = [], [], []
    for _ in range(4):
        (told, tell), (answer, answers) = SPAWN.Pipe(False), SPAWN.Pipe(False)
        racer = SPAWN.Process(target=race, args=(dead[0].folder, told, answers))
        racer.start()
        racers.append(racer)
        starts.append(tell)
        results.append(answer)
    dead[0].release()
    for tell in starts:
        tell.send(None)
    assert sum(result.recv() for result in results if result.poll(PATIENCE)) == 1
    for racer in racers:
        racer.join(PATIENCE)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_removed_between_opening_and_locking_is_not_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner: Owner = make_folder(tmp_path, HERE)
    owner.release()
    with monkeypatch.context() as patch:
        patch.setattr("tollbook_producers.spool.owner.fcntl.flock", lambda *_: (owner.folder / "owner").unlink())
        assert adopt(owner.folder) is None


def test_what_was_killed_while_making_or_removing_a_folder_is_swept(tmp_path: Path) -> None:
    making, dead = make_folder(tmp_path, HERE), make_folder(tmp_path, HERE)
    hidden = making.folder.rename(tmp_path / ".making")
    dead.folder.rename(tmp_path / ".dead")
    dead.release()
    empty = tmp_path / ".empty"
    empty.mkdir()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".empty", hidden.name]
    os.utime(empty, (0, 0))
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [hidden.name]
