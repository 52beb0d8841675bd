"""`tollbook dead-letters requeue` and `discard`."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tollbook_cli.console import console
from tollbook_cli.dead_letters.as_json import print_json
from tollbook_cli.dead_letters.database import open_letters
from tollbook_cli.dead_letters.options import DryRun, Json, Kind, Letters, Partition, Reasons, Since, Until, choose
from tollbook_cli.dead_letters.requeueing import Requeued, RequeueJob, run_requeue
from tollbook_cli.dead_letters.text import printable
from tollbook_cli.environment import resolve_settings
from tollbook_cli.importing import work_bars
from tollbook_cli.kafka_login import check_login
from tollbook_cli.pricing.options import parse_reason
from tollbook_schemas.ids import ms_to_datetime
from tollbook_sinks.admin import admin_action
from tollbook_sinks.dead_letters import Choice, count_letters, discard

WAIT_SECONDS = 600.0
Everything = Annotated[bool, typer.Option("--all", help="Every undecided letter, where nothing else chooses.")]
Why = Annotated[str, typer.Option(help="The reason, kept with your role and the time for ever.", metavar="REASON")]


def requeue_dead_letters(
    letters: Letters = None,
    *,
    reasons: Reasons = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    partition: Partition = None,
    everything: Everything = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the windows are compacted.")] = True,
    dry_run: DryRun = False,
    why: Why = "requeued after a fix",
    json: Json = False,
) -> None:
    """Send dead letters again, as an import, so that they are not too old again; each call is counted once.

    Sent is what is a valid event now, with the id that it had; of the others it is said why not, and they stay
    undecided. One that was interrupted is run again: it first finishes what was begun. Needs Kafka, and Postgres as the
    owner or as tollbook_admin.

    Exit code 1: letters were not sent, or something is wrong. The JSON object, by example (status is requeued, checked
    or nothing_to_do; letters = sent + refused; refused_letters are the first 20; finished are imports that an earlier
    requeue had left unfinished):

    \b
    {"status": "requeued", "letters": 2, "sent": 1, "refused": 1,
     "refused_letters": [{"letter": "live/0/18", "why": "the record's value is not JSON"}],
     "imports": ["imp_e1ec0e55922ed92be03d455bd51cd121"], "finished": [],
     "windows": [{"import_id": "imp_e1ec0e55922ed92be03d455bd51cd121", "start": "2026-03-01T12:00:00Z",
       "state": "compacted", "events": 1, "calls": 1}]}

    Example: tollbook dead-letters requeue --reason too_old --why "the spool of web-3 was away for nine days"
    """
    asked = choose(letters=letters, reasons=reasons, since=since, until=until, kind=kind, partition=partition)
    choice = _chosen(asked, everything=everything)
    job = RequeueJob(choice, parse_reason(why), dry_run, WAIT_SECONDS if wait else None)
    settings = resolve_settings("owner") if dry_run else resolve_settings("kafka", "owner")
    if not dry_run:
        check_login(settings)
    with open_letters(settings.postgres) as connection, work_bars() as report:
        outcome = run_requeue(job, settings, connection, report)
    if json:
        print_json(requeue_json(job, outcome))
    else:
        _show(job, outcome)
    if outcome.refused:
        raise typer.Exit(1)


def discard_dead_letters(
    letters: Letters = None,
    *,
    reasons: Reasons = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    partition: Partition = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    why: Why,
    json: Json = False,
) -> None:
    """Decide for ever that dead letters are not to be counted. They stay in the database, with your reason.

    Only undecided letters are discarded; a requeued one is counted already.

    The JSON object: {"status": "discarded", "letters": 3} (or checked with --dry-run, or nothing_to_do).

    Example: tollbook dead-letters discard live/0/17 --why "a test of ours wrote to the wrong cluster"
    """
    asked = choose(letters=letters, reasons=reasons, since=since, until=until, kind=kind, partition=partition)
    choice = _chosen(asked, everything=everything)
    reason = parse_reason(why)
    with open_letters(resolve_settings("owner").postgres) as connection:
        if dry_run:
            done = sum(count.count for count in count_letters(connection, choice, "undecided"))
        else:
            with admin_action(connection, "discard dead letters", reason, choice.as_json()) as action:
                done = action.result["letters"] = discard(connection, action, choice)
    status = _status(done, "checked" if dry_run else "discarded")
    if json:
        print_json({"status": status, "letters": done})
    else:
        console.print(f"{done:,} dead letters {'would be ' if dry_run else ''}discarded")


def requeue_json(job: RequeueJob, outcome: Requeued) -> dict[str, Any]:
    """What `requeue --json` prints."""
    refused = [{"letter": str(one.place), "why": one.why} for one in outcome.first_refused]
    done = outcome.letters + len(outcome.finished)
    return {
        "status": _status(done, "checked" if job.dry_run else "requeued"),
        **{name: value for name, value in asdict(outcome).items() if name in ("letters", "sent", "refused")},
        "refused_letters": refused,
        "imports": outcome.imports,
        "finished": outcome.finished,
        "windows": [
            {
                "import_id": import_id,
                "start": ms_to_datetime(window.start_ms).isoformat().replace("+00:00", "Z"),
                "state": window.state,
                "events": window.ledger_events,
                "calls": window.ledger_calls,
            }
            for import_id, window in outcome.windows
        ],
    }


def _show(job: RequeueJob, outcome: Requeued) -> None:
    for one in outcome.first_refused:
        console.print(printable(f"{one.place}: {one.why}"), soft_wrap=True, markup=False)
    if outcome.refused > len(outcome.first_refused):
        console.print(f"and {outcome.refused - len(outcome.first_refused):,} more")
    for name in outcome.finished:
        console.print(f"finished {name}, which an earlier requeue had begun")
    sent = "could be sent (--dry-run)" if job.dry_run else "sent"
    console.print(f"{outcome.letters:,} dead letters: {outcome.sent:,} {sent}, {outcome.refused:,} not")
    for name in outcome.imports:
        console.print(f"import {name}")
    for name, window in outcome.windows:
        start = ms_to_datetime(window.start_ms)
        console.print(f"window {start:%Y-%m-%d %H:%M}Z of {name}  {window.state}, {window.ledger_calls or 0:,} calls")


def _status(done: int, name: str) -> str:
    return name if done else "nothing_to_do"


def _chosen(choice: Choice, *, everything: bool) -> Choice:
    if choice.is_everything and not everything:
        raise typer.BadParameter("name letters or choose them by options, or say --all")
    if everything and not choice.is_everything:
        raise typer.BadParameter("--all chooses every letter: leave the other choices out")
    return choice
