"""The broker is away: calls go on, wait on disk, and arrive when it is back."""

import socket
from pathlib import Path

from conftest import MakeSettings, Report
from support.provider_broker import own_broker, read_events
from support.spool_truth import compare, drain_all, start_worker, started_calls
from support.waiting import eventually
from tollbook_cli.stack import prepare_topics
from tollbook_producers import configure, flush, publisher_stats, tracked_call
from tollbook_producers.spool.drain import drain
from tollbook_schemas import Settings

PATIENCE = 60.0


def calls(count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        tracked_call(lambda: None, provider="p", model="m", session_id=str(number))


def test_a_worker_killed_while_the_broker_is_away_loses_nothing(tmp_path: Path, report: Report) -> None:
    with own_broker() as broker:
        settings = Settings(kafka=broker.address, testing=True, spool_dir=tmp_path / "spool")
        prepare_topics(broker.address, settings)
        broker.kill()
        for _ in range(3):
            before = len(started_calls(tmp_path / "truth")) if (tmp_path / "truth").exists() else 0
            worker = start_worker(settings, tmp_path / "truth", threads=3)
            eventually(lambda before=before: len(started_calls(tmp_path / "truth")) > before + 200, 60)  # type: ignore[misc]  # bound
            worker.kill()
            worker.wait(30)
        broker.restart()
        recovered = drain_all(settings).recovered
        outcome = compare(settings, tmp_path / "truth")
        report(f"rounds 3, kills 3, folders {recovered.folders}, {outcome}")
        assert recovered.folders == 3
        assert (outcome.lost, outcome.double) == (0, 0)


def test_thousands_wait_on_disk_and_not_in_memory(tmp_path: Path) -> None:
    """Many more than may be in flight: a broker that begins late gets all of them."""
    with own_broker() as broker:
        settings = Settings(kafka=broker.address, testing=True, spool_dir=tmp_path)
        prepare_topics(broker.address, settings)
        broker.kill()
        configure(settings=settings)
        calls(12_000)
        assert publisher_stats().pending == 12_000
        assert publisher_stats().spooled_bytes > 12_000 * 400
        broker.restart()
        assert flush(PATIENCE) == 0
        assert {event.session_id for event in read_events(settings)} == set(map(str, range(12_000)))
        assert publisher_stats().delivered == 12_000
        eventually(lambda: publisher_stats().spooled_bytes < 5_000_000)
        configure()
        assert list(tmp_path.iterdir()) == []


def test_an_exit_without_a_broker_is_bounded_and_leaves_all_to_the_next(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        away = settings.model_copy(update={"kafka": f"127.0.0.1:{holder.getsockname()[1]}"})
        worker = start_worker(away, tmp_path / "truth", threads=2, calls=10)
        assert worker.wait(30) == 0
    drained = drain(settings, PATIENCE, lambda *_: None)
    assert (drained.recovered.folders, len(drained.undelivered)) == (0, 1)  # it belongs to another address
    assert drain(settings, PATIENCE, lambda *_: None, any_kafka=True).recovered.outcomes == 23
    outcome = compare(settings, tmp_path / "truth")
    assert (outcome.started, outcome.events, outcome.lost, outcome.double) == (23, 23, 0, 0)
