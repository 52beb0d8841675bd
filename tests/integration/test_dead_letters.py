"""Dead letters from the log to a bill: found, sent again, counted once however often and however broken off."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from conftest import Report
from support.import_totals import workspace_totals
from support.json_shapes import example_of, shape
from support.postgres import Database
from support.sink_events import DAY_MS, Message, message_of, usage_event
from support.sink_writer import LogWriter
from support.waiting import eventually
from support.workers import run_worker
from tollbook_cli.dead_letters import requeueing
from tollbook_cli.dead_letters.deciding import requeue_dead_letters, requeue_json
from tollbook_cli.dead_letters.requeueing import Requeued, RequeueJob, run_requeue
from tollbook_cli.reporting import unreported
from tollbook_producers.imports import ImportSender
from tollbook_schemas import Settings
from tollbook_sinks.dead_letters import Choice, count_letters

NOW_MS = time.time_ns() // 1_000_000
OLD_MS = NOW_MS - 30 * DAY_MS
OLD = 60


class CutError(Exception):
    """The requeue was cut off here."""


@pytest.fixture
def pipe(settings: Settings, database: Database, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a pipe whose three workers run."""
    with ExitStack() as workers:
        for command in ("maintain", "sink", "processor"):
            workers.enter_context(run_worker(command, settings, database, tmp_path))
        yield settings.model_copy(update={"postgres": database.owner})


@pytest.fixture
def owner(database: Database) -> Iterator[Connection[Any]]:
    with psycopg.connect(database.owner, autocommit=True) as connection:
        yield connection


def old_events() -> list[Message]:
    """Events of a workspace, all beyond the horizon."""
    return [message_of(usage_event(number, OLD_MS + number, workspace_id="old")) for number in range(OLD)]


def write(settings: Settings, messages: list[Message]) -> None:
    writer = LogWriter(settings.kafka)
    for number, message in enumerate(messages):
        writer.write(settings.topics.events, number % 4, message)
    writer.flush()


def states(owner: Connection[Any], choice: Choice | None = None) -> dict[tuple[str, str], int]:
    return {(one.reason, one.state): one.count for one in count_letters(owner, choice or Choice())}


def requeue_all(settings: Settings, owner: Connection[Any], **options: Any) -> Requeued:
    job = RequeueJob(Choice(), "the spool was away", wait_seconds=120, **options)
    return run_requeue(job, settings, owner, unreported)


def test_too_old_events_are_requeued_and_counted_once(
    pipe: Settings, database: Database, owner: Connection[Any], tmp_path: Path
) -> None:
    doubled, other = usage_event(1, NOW_MS, workspace_id="new"), usage_event(1, NOW_MS, prompt_tokens=1)
    misnamed = message_of(usage_event(2, NOW_MS, workspace_id="new"))._replace(key=b"another")
    writer = LogWriter(pipe.kafka)
    writer.write(pipe.topics.events, 0, message_of(doubled))
    writer.write(pipe.topics.events, 0, message_of(other))
    writer.flush()
    write(pipe, [*old_events(), *old_events()[:5], Message(b"k", b"\x1b[2J no JSON", []), misnamed])
    found = {("too_old", "undecided"): OLD + 5, ("not_json", "undecided"): 1}
    found |= {("key_mismatch", "undecided"): 1, ("conflict", "undecided"): 1}
    eventually(lambda: states(owner) == found)
    assert workspace_totals(database, "old") == (0, 0, 0)

    looked = requeue_all(pipe, owner, dry_run=True)
    assert (looked.letters, looked.sent, looked.refused, looked.imports) == (OLD + 8, OLD + 6, 2, [])
    assert states(owner) == found
    done = requeue_all(pipe, owner)
    assert (done.letters, done.sent, len(done.imports)) == (OLD + 8, OLD + 6, 1)
    reasons = {one.why for one in done.first_refused}
    assert reasons == {"the record's value is not JSON", "another call with its id and other content is counted"}
    assert {window.state for _, window in done.windows} == {"compacted"}
    expected = (OLD, sum(100 + number % 7 for number in range(OLD)), sum(10 + number % 3 for number in range(OLD)))
    assert workspace_totals(database, "old") == expected
    assert workspace_totals(database, "new")[0] == 2

    again = requeue_all(pipe, owner)
    assert (again.sent, again.refused, again.imports) == (0, 2, [])
    write(pipe, old_events()[:3])  # dead again, and counted already
    eventually(lambda: states(owner).get(("too_old", "undecided")) == 3)
    assert requeue_all(pipe, owner).sent == 3
    assert workspace_totals(database, "old") == expected
    assert states(owner)["too_old", "requeued"] == OLD + 8
    described = requeue_json(RequeueJob(Choice(), ""), done)
    assert shape({**described, "finished": []}) == shape(example_of(requeue_dead_letters))
    with run_worker("audit", pipe, database, tmp_path) as audit:
        eventually(lambda: audit.exit_code is not None)
        assert audit.exit_code == 0, audit.output


def test_a_requeue_that_was_cut_off_is_finished_by_the_next(
    pipe: Settings, database: Database, owner: Connection[Any], report: Report
) -> None:
    for number, (cut, (place, name)) in enumerate(CUTS.items()):
        workspace = f"old-{number}"
        write(
            pipe,
            [message_of(usage_event(1000 * number + nth, OLD_MS + nth, workspace_id=workspace)) for nth in range(OLD)],
        )
        eventually(lambda: states(owner).get(("too_old", "undecided")) == OLD)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(place, name, _cut)
            with pytest.raises(CutError):
                requeue_all(pipe, owner)
        assert states(owner)["too_old", "requeueing"] == OLD
        write(pipe, [message_of(usage_event(1000 * number + OLD, OLD_MS, workspace_id=workspace))])
        eventually(lambda: states(owner).get(("too_old", "undecided")) == 1)
        done = requeue_all(pipe, owner)
        assert (len(done.finished), done.sent, len(done.imports)) == (1, 1, 1)
        assert set(states(owner)) == {("too_old", "requeued")}
        calls = workspace_totals(database, workspace)[0]
        report(f"cut {cut}: {OLD + 1} calls, lost {max(0, OLD + 1 - calls)}, double {max(0, calls - OLD - 1)}")
        assert calls == OLD + 1
    outcomes = [row[0] for row in owner.execute("SELECT outcome FROM llm_admin_actions ORDER BY id")]
    assert outcomes == ["begun", "failed", "begun", "done"] * len(CUTS)


def _cut(*_: object, **__: object) -> None:
    raise CutError


CUTS: dict[str, tuple[Any, str]] = {
    "when it was decided": (requeueing, "_send_all"),
    "before the end": (ImportSender, "end"),
    "before it was said": (requeueing, "mark_sent"),
}
