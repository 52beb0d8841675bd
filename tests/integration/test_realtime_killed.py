"""A worker killed in the middle of a realtime session: what was reported until then is billed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from support.provider_broker import read_events
from support.realtime_server import Peer, RealtimeServer
from support.waiting import eventually
from tollbook_producers import configure, process
from tollbook_schemas import LLMUsageStatus, Settings, UsageEvent
from unit.producers.realtime.messages import response_created, response_done, usage

PATIENCE = 60.0
READ = ["response.created", "response.done", "response.created", "response.done", "response.created"]


def two_and_a_half_responses(peer: Peer) -> None:
    for name in ("resp_1", "resp_2"):
        peer.say(response_created(name), response_done(name, usage()))
    peer.say(response_created("resp_3"))
    peer.wait_for_close()


@contextmanager
def worker(settings: Settings, spool: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {
        **os.environ,
        "TOLLBOOK_KAFKA": settings.kafka,
        "TOLLBOOK_TESTING": "true",
        "TOLLBOOK_TOPIC_PREFIX": settings.topic_prefix,
        "TOLLBOOK_SPOOL_DIR": str(spool),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    command = [sys.executable, "-m", "support.realtime_worker", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def killed_while_reading(settings: Settings, spool: Path, *arguments: str) -> None:
    with RealtimeServer(two_and_a_half_responses) as server, worker(settings, spool, server.url, *arguments) as running:
        assert running.stdout is not None
        assert [running.stdout.readline().strip() for _ in READ] == READ
        running.send_signal(signal.SIGKILL)
        running.wait(PATIENCE)


def recovered(settings: Settings, spool: Path, count: int) -> list[UsageEvent]:
    """What another process finds in the spool, each event once: one that was on its way at the kill is sent again."""
    configure(settings=settings.model_copy(update={"spool_dir": spool, "spool_adopt_seconds": 0.1}))
    try:
        process.recorder()
        eventually(lambda: len(_each_once(settings)) >= count, PATIENCE)
    finally:
        configure()
    return list(_each_once(settings).values())


def _each_once(settings: Settings) -> dict[UUID, UsageEvent]:
    return {event.id: event for event in read_events(settings)}


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_session_keeps_its_running_totals(settings: Settings, tmp_path: Path, kind: str) -> None:
    killed_while_reading(settings, tmp_path, kind, "session")
    [event] = recovered(settings, tmp_path, 1)
    assert (event.status, event.error_type) == (LLMUsageStatus.ERROR, "interrupted")
    assert (event.total_tokens, event.call_count, event.aggregate) == (130, 3, True)
    assert (event.session_id, event.flags) == ("s1", ("responses_unfinished",))


def test_responses_of_their_own(settings: Settings, tmp_path: Path) -> None:
    killed_while_reading(settings, tmp_path, "sync", "response")
    events = sorted(recovered(settings, tmp_path, 3), key=lambda event: str(event.request_id))
    assert [(event.request_id, event.total_tokens, event.error_type) for event in events] == [
        ("resp_1", 65, None),
        ("resp_2", 65, None),
        ("resp_3", None, "interrupted"),
    ]
