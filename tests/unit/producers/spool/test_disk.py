"""Where the spool is, and a folder that cannot be made at first."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tollbook_producers.spool.disk import Disk
from tollbook_producers.spool.folder import folders
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.overflow import Overflow
from tollbook_producers.spool.owner import Word, read_header
from tollbook_producers.spool.recorder import SpoolRecorder
from tollbook_producers.spool.waker import Waker
from tollbook_schemas import Settings
from unit.producers.spool.lines import FACTS, call_id, dead_folder, left_records


def test_the_spool_is_in_the_home_or_where_the_setting_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings(home=tmp_path, spool_dir=tmp_path / "elsewhere").spool_folder == tmp_path / "elsewhere"
    monkeypatch.delenv("TOLLBOOK_SPOOL_DIR")
    monkeypatch.delenv("TOLLBOOK_HOME", raising=False)
    assert Settings(home=tmp_path).spool_folder == tmp_path / "spool"
    assert Settings().spool_folder == Settings().home_folder / "spool"
    assert Settings().spool_folder.is_absolute()


def test_the_failpoint_is_for_tests_only() -> None:
    with pytest.raises(ValidationError, match="TOLLBOOK_SPOOL_FULL_AFTER"):
        Settings(spool_full_after=1)
    assert Settings(spool_full_after=1, testing=True).spool_full_after == 1


def test_a_folder_is_made_as_soon_as_that_can_be_done(tmp_path: Path) -> None:
    losses = Losses("s")
    recorder = SpoolRecorder(losses, Overflow(0), Waker())
    (tmp_path / "spool").write_text("in the way")
    disk = Disk(Settings(spool_dir=tmp_path / "spool"), "s", recorder, losses)
    assert (disk.folder, disk.used) == (None, 0)
    call = call_id()
    recorder.began(call, FACTS)
    recorder.ended(call, call_id(), FACTS)
    assert losses.dropped == 1
    (tmp_path / "spool").unlink()
    disk.look()
    [folder] = folders(tmp_path / "spool")
    assert read_header(folder)[Word.DROPPED] == 1
    recorder.began(call_id(), FACTS)
    assert disk.used > 0


def test_all_folders_together_have_a_bound(tmp_path: Path) -> None:
    left = dead_folder(tmp_path, left_records(400))
    losses = Losses("s")
    settings = Settings(spool_dir=tmp_path, spool_max_bytes=100_000, spool_total_bytes=110_000)
    disk = Disk(settings, "s", SpoolRecorder(losses, Overflow(), Waker()), losses)
    assert disk.folder is not None
    size = sum(path.stat().st_size for path in left.folder.iterdir())
    assert disk.folder[1].limit == 110_000 - size
    for path in left.folder.iterdir():
        path.unlink()
    disk.look()
    assert disk.folder[1].limit == 100_000
