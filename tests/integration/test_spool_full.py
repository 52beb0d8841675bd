"""A full spool or disk: calls go on, and every one of them is an event or counted."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import MakeSettings
from support.provider_broker import own_broker, read_events
from tollbook_cli.stack import prepare_topics
from tollbook_producers import configure, flush, publisher_stats, tracked_call
from tollbook_schemas import Settings, UsageEvent

PATIENCE = 60.0
CALLS = 12_000


def calls(count: int) -> None:
    for number in range(count):
        tracked_call(lambda: None, provider="p", model="m", session_id=str(number))


def split(events: list[UsageEvent]) -> tuple[list[UsageEvent], list[UsageEvent]]:
    """Events of calls, and those that count what was dropped."""
    dropped = [event for event in events if event.error_type == "dropped"]
    return [event for event in events if event.error_type != "dropped"], dropped


def assert_all_told(settings: Settings, made: int) -> None:
    """Every call is an event of its own or in the one that counts the rest."""
    own, dropped = split(read_events(settings))
    assert len({event.session_id for event in own}) == len(own)
    assert len(own) + sum(event.call_count for event in dropped) == made
    assert len(dropped) == 1
    assert (dropped[0].status, dropped[0].use_case, dropped[0].aggregate) == ("error", "unattributed", True)


@pytest.mark.parametrize("limits", [{"spool_full_after": 300_000}, {"spool_max_bytes": 300_000}], ids=["disk", "spool"])
def test_a_long_outage_drops_and_counts_exactly(tmp_path: Path, limits: dict[str, int]) -> None:
    with own_broker() as broker:
        settings = Settings(kafka=broker.address, testing=True, spool_dir=tmp_path / "spool", **limits)  # type: ignore[arg-type]  # numbers
        prepare_topics(broker.address, settings)
        broker.kill()
        configure(settings=settings)
        calls(CALLS)
        stats = publisher_stats()
        assert stats.recorded + stats.dropped == CALLS
        assert 1_000 < stats.dropped < CALLS - 5_000
        assert stats.spooled_bytes <= 300_000
        broker.restart()
        assert flush(PATIENCE) == 0
        assert_all_told(settings, CALLS)
        configure()
        assert list((tmp_path / "spool").iterdir()) == []


def test_with_the_broker_there_a_full_disk_drops_nothing(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path, spool_full_after=50_000)
    configure(settings=settings)
    for _ in range(10):
        calls(300)
        assert flush(PATIENCE) == 0
    assert publisher_stats().dropped == 0
    own, dropped = split(read_events(settings))
    assert (len(own), len({event.id for event in own}), dropped) == (3_000, 3_000, [])
    configure()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limits", [{"spool": False}, {"spool_dir": Path("/dev/null/spool")}], ids=["off", "no folder"])
def test_without_a_spool_events_go_straight_to_kafka(make_settings: MakeSettings, limits: dict[str, object]) -> None:
    settings = make_settings(**limits)
    configure(settings=settings)
    calls(500)
    assert flush(PATIENCE) == 0
    own, _ = split(read_events(settings))
    assert len({event.id for event in own}) == len(own) == 500
    assert publisher_stats().spooled_bytes == 0
    configure()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of a megabyte that fills up in earnest."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root may mount a small tmpfs")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
        )
        if done.returncode:
            pytest.skip(f"no tmpfs can be mounted here: {done.stderr.decode().strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run([shutil.which("umount") or "umount", "--lazy", folder], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    with own_broker() as broker:
        settings = Settings(kafka=broker.address, testing=True, spool_dir=small_disk / "spool")
        prepare_topics(broker.address, settings)
        broker.kill()
        configure(settings=settings)
        calls(CALLS)
        stats = publisher_stats()
        assert stats.dropped > 0
        assert stats.recorded + stats.dropped == CALLS
        broker.restart()
        assert flush(PATIENCE) == 0
        assert_all_told(settings, CALLS)
        configure()
