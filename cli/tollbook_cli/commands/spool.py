"""`tollbook spool`."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from tollbook_cli.console import console, progress_bars
from tollbook_cli.environment import read_settings, resolve_settings
from tollbook_cli.kafka_login import check_login
from tollbook_producers.spool.drain import Drained, drain
from tollbook_producers.spool.status import FolderStatus, SpoolStatus, spool_status


class Action(StrEnum):
    """What to do with the spool."""

    STATUS = "status"
    DRAIN = "drain"


def command(
    action: Annotated[Action, typer.Argument(help="status: what lies in it. drain: deliver it at once.")],
    timeout: Annotated[float, typer.Option(help="drain: give up after so many seconds.", min=0)] = 60.0,
    any_kafka: Annotated[
        bool, typer.Option("--any-kafka", help="drain: also what processes with another Kafka address left.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what app workers keep on disk until Kafka has it, or deliver what dead ones left.

    Live processes deliver their own folders and adopt those of dead ones by themselves; `drain` does it at once, for a
    host whose workers will not come back. It takes no folder whose process lives, even a stopped one. The spool is
    TOLLBOOK_SPOOL_DIR, else the folder spool in TOLLBOOK_HOME.

    Exit code 1: drain left folders of dead processes behind. The JSON objects, by example (owned: its process lives;
    open_calls become events with the error type interrupted when it is dead; dropped is told by one event; destination
    is null where the header is unreadable):

    \b
    status
    {"path": "/var/lib/tollbook/spool", "damaged_segments": 0, "damaged_bytes": 0,
     "folders": [{"name": "20260301T120000Z-4711-0123456789ab", "is_owned": true, "bytes": 8192,
       "undelivered": 3, "open_calls": 1, "dropped": 0, "corrupt_lines": 0, "torn_lines": 0,
       "destination": {"kafka": "127.0.0.1:9092", "topic": "tollbook.usage-events",
         "spooler": "0123456789abcdef"}}]}
    drain
    {"folders": 1, "outcomes": 3, "interrupted": 1, "dropped": 0, "corrupt_lines": 0, "torn_lines": 1,
     "undelivered": [], "in_use": ["20260301T120000Z-4711-0123456789ab"]}

    Example: tollbook spool status

    Example: tollbook spool drain --timeout 600 --json
    """
    if action is Action.STATUS:
        _status(json)
    else:
        _drain(timeout, any_kafka, json)


def _status(as_json: bool) -> None:
    status = spool_status(read_settings().spool_folder)
    if as_json:
        console.print_json(data={**asdict(status), "path": str(status.path)})
    else:
        _print_status(status)


def _drain(timeout: float, any_kafka: bool, as_json: bool) -> None:
    settings = resolve_settings("kafka")
    check_login(settings)
    with progress_bars() as report:
        drained = drain(settings, timeout, report, any_kafka=any_kafka)
    if as_json:
        console.print_json(data=_as_json(drained))
    else:
        _print_drained(drained)
    if drained.undelivered:
        raise typer.Exit(1)


def _as_json(drained: Drained) -> dict[str, Any]:
    return {
        **asdict(drained.recovered),
        "undelivered": [folder.name for folder in drained.undelivered],
        "in_use": [folder.name for folder in drained.in_use],
    }


def _print_status(status: SpoolStatus) -> None:
    if status.folders:
        columns = ("folder", "process", "bytes", "undelivered", "open calls", "dropped", "damaged lines", "Kafka")
        table = Table(*columns)
        for folder in status.folders:
            table.add_row(*_row(folder))
        console.print(table)
    else:
        console.print("nothing waits")
    if status.damaged_segments:
        aside = f"{status.damaged_segments} damaged segments, {status.damaged_bytes} bytes"
        console.print(f"[yellow]set aside in {status.path / 'damaged'}: {aside}[/yellow]", soft_wrap=True)
    console.print(f"spool: {status.path}", soft_wrap=True)


def _row(folder: FolderStatus) -> tuple[str, ...]:
    process = "[green]lives[/green]" if folder.is_owned else "[red]dead[/red]"
    figures = (folder.bytes, folder.undelivered, folder.open_calls, folder.dropped)
    damaged = folder.corrupt_lines + folder.torn_lines
    destination = folder.destination
    kafka = "unreadable" if destination is None else f"{destination.kafka} {destination.topic}"
    return (folder.name, process, *(str(figure) for figure in figures), str(damaged), kafka)


def _print_drained(drained: Drained) -> None:
    found = drained.recovered
    console.print(
        f"{found.folders} folders of dead processes delivered: {found.outcomes} events, "
        f"{found.interrupted} interrupted calls, {found.dropped} dropped calls told",
        soft_wrap=True,
    )
    if found.corrupt_lines or found.torn_lines:
        console.print(f"[yellow]{found.corrupt_lines} corrupt and {found.torn_lines} torn lines[/yellow]")
    if drained.in_use:
        console.print(f"{len(drained.in_use)} folders are in use: their processes deliver them")
    for folder in drained.undelivered:
        console.print(f"[red]left behind: {folder}[/red]", soft_wrap=True)
