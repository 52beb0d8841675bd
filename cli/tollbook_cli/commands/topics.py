"""`tollbook topics`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer
from psycopg import Connection

from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.importing import work_bars
from tollbook_cli.importing.states import connect
from tollbook_cli.kafka_login import check_login
from tollbook_cli.pricing.options import parse_reason
from tollbook_cli.reporting import Report
from tollbook_schemas.settings import Settings
from tollbook_sinks.admin import admin_action
from tollbook_sinks.growing import GrowingFailedError, Growth, grow, nudge_sinks, wait_until_served

WAIT_SECONDS = 180.0


def command() -> None:
    """Grow the topics while everything runs: more partitions for more workers.

    Example: tollbook topics grow 8 --why "twice the calls since May"
    """


def grow_topics(
    partitions: Annotated[
        int, typer.Argument(help="How many each topic is to have; they never shrink.", min=1, max=1024)
    ],
    *,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until workers serve the new ones.")] = True,
    why: Annotated[str, typer.Option(help="The reason, kept with your role and the time for ever.", metavar="REASON")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Give every topic more partitions, in the order in which nothing is lost or counted twice.

    Changelogs first, then the recorded set in Postgres, then the source topics. Processors stop with exit code 70 when
    they see it, and have to be started again by their supervisor, as always; sinks are made to share the partitions out
    anew; producers find the new ones within five minutes. Until all are served, windows stay open. One that was
    interrupted is run again. Refused while an import is not compacted, and while another administrator is at work.

    Exit code 1: the new partitions are not served in time (then start processors and sinks again), or something is
    wrong. The JSON object: {"before": 4, "after": 8, "grown": ["tollbook.import-rollups", "tollbook.usage-events"],
    "recorded": 16, "unserved": []}; unserved is null with --no-wait.

    Example: tollbook topics grow 8 --why "twice the calls since May"
    """
    settings = resolve_settings("kafka", "owner")
    check_login(settings)
    with _administrator(settings.postgres) as connection, work_bars() as report:
        growth, unserved = _grow(settings, connection, partitions, parse_reason(why), report, wait=wait)
    if json:
        lists = {"grown": list(growth.grown), "recorded": growth.recorded, "unserved": unserved}
        console.print_json(data={"before": growth.before, "after": growth.after, **lists})
    else:
        _show(growth, unserved)
    if unserved:
        raise typer.Exit(1)


def _grow(
    settings: Settings, connection: Connection[Any], partitions: int, why: str, report: Report, *, wait: bool
) -> tuple[Growth, list[int] | None]:
    with admin_action(connection, "grow topics", why, {"partitions": partitions}) as action:
        growth = grow(settings, connection, partitions, report)
        action.result.update(before=growth.before, grown=list(growth.grown), recorded=growth.recorded)
    nudge_sinks(settings, connection)
    unserved = wait_until_served(connection, partitions, WAIT_SECONDS, report) if wait else None
    return growth, unserved


def _show(growth: Growth, unserved: list[int] | None) -> None:
    if growth.grown or growth.recorded:
        console.print(f"{growth.before} partitions are {growth.after} now: {', '.join(growth.grown)}", soft_wrap=True)
    else:
        console.print(f"every topic has {growth.after} partitions: nothing to do")
    console.print(f"set TOLLBOOK_PARTITIONS={growth.after} for `tollbook up` and `tollbook init`")
    if unserved:
        numbers = ", ".join(map(str, unserved))
        console.print(f"[red]not served yet: {numbers}: start processors and sinks again[/red]", soft_wrap=True)
    elif unserved is None:
        console.print("processors and sinks find them by themselves; see `tollbook status`")


@contextmanager
def _administrator(dsn: str) -> Iterator[Connection[Any]]:
    try:
        with connect(dsn) as connection:
            yield connection
    except psycopg.Error as error:
        raise GrowingFailedError(error.diag.message_primary or str(error)) from error


subcommands = typer.Typer(callback=command, no_args_is_help=True, rich_markup_mode="rich")
subcommands.command("grow")(grow_topics)
