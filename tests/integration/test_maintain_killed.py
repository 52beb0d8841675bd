"""Killed with -9 at any moment and run again, the maintainer ends where one that nobody killed does."""

import random
import threading
from pathlib import Path

from support.lifecycle_case import HOUR, IMPORT, START, Case, call, open_case
from support.postgres import Database, PostgresServer
from support.waiting import eventually
from support.workers import run_worker

HOURS = 40
KILLS = 15


def test_killed_at_random_moments_it_ends_at_the_same_state(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.database() as database, open_case(database) as case:
        append_hours(case)
        case.maintain()
        undisturbed = case.run("totals")
    with postgres.database() as database, open_case(database, maintain_interval_seconds=0.01) as case:
        append_hours(case)
        survive_kills(case, database, tmp_path)
        assert case.run("totals") == undisturbed
        assert case.audit().findings == ()


def append_hours(case: Case) -> None:
    """Windows of the live stream and of an import, each with sessions, an operation and a duplicate."""
    for hour in range(HOURS):
        for number in range(8):
            event = call(60 * hour + number, session_id=f"s{number}", operation_id=f"o{hour}")
            case.log.event(event, START + hour * HOUR, number % 2)
            case.log.event(call(60 * hour, f"old {number}"), START + hour * HOUR, number % 2, IMPORT)
        case.log.event(event, START + hour * HOUR + 1, number % 2)
    case.log.tick(START + (HOURS + 2) * HOUR)
    case.log.end(IMPORT, START + (HOURS + 2) * HOUR)
    case.log.sink()


def survive_kills(case: Case, database: Database, log_folder: Path) -> None:
    """Kills the service in boot, while it closes and between and within compactions; at least once in the middle."""
    chance, moments = random.Random(20260921), threading.Event()  # moments to kill at, not secrets
    seen_in_the_middle = 0
    with run_worker("maintain", case.settings, database, log_folder) as service:
        for _ in range(KILLS):
            before = compacted(case)
            wanted = min(before + chance.randrange(4), 2 * HOURS)
            eventually(lambda wanted=wanted: compacted(case) >= wanted)  # type: ignore[misc]  # bound now
            moments.wait(chance.random() * 0.01)
            service.kill()
            seen_in_the_middle += 0 < compacted(case) < 2 * HOURS
            service.restart()
        eventually(lambda: compacted(case) == 2 * HOURS)
        assert service.stop() == 0
    assert seen_in_the_middle > 0


def compacted(case: Case) -> int:
    """How many windows are compacted."""
    return case.states().count("compacted")
