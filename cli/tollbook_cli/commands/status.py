"""`tollbook status`."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from tollbook_cli.console import console
from tollbook_cli.environment import read_settings
from tollbook_cli.home import Home, choose_home
from tollbook_cli.state import ProcessRecord, State, live_state


def command(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Show the services, the workers and their restarts.

    Exit code 0 when all of them run, 1 otherwise. The JSON object holds `home`, `running` (all of them do), `addresses`
    (null until they answer) and `processes`, each with `name`, `kind`, `pid`, `running`, `restarts` and `last_exit`.

    Example: tollbook status --json
    """
    home = choose_home(read_settings())
    report = describe(home, live_state(home))
    if json:
        console.print_json(data=report)
    else:
        _print_table(report)
    if not report["running"]:
        raise typer.Exit(1)


def describe(home: Home, state: State | None) -> dict[str, Any]:
    """What `--json` prints."""
    processes = [_describe_process("service", record) for record in state.services] if state else []
    processes += [_describe_process("worker", record) for record in state.workers] if state else []
    ready = state is not None and state.addresses is not None
    return {
        "home": str(home.path),
        "running": ready and all(process["running"] for process in processes),
        "addresses": asdict(state.addresses) if state and state.addresses else None,
        "processes": processes,
    }


def _describe_process(kind: str, record: ProcessRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "kind": kind,
        "pid": record.pid,
        "running": record.find() is not None,
        "restarts": record.restarts,
        "last_exit": record.last_exit,
    }


def _print_table(report: dict[str, Any]) -> None:
    if not report["processes"]:
        console.print(f"no stack is running in {report['home']}: start one with `tollbook up`", soft_wrap=True)
        return
    table = Table("process", "kind", "pid", "state", "restarts", "last exit")
    for process in report["processes"]:
        state = "[green]running[/green]" if process["running"] else "[red]stopped[/red]"
        last_exit = "" if process["last_exit"] is None else str(process["last_exit"])
        table.add_row(process["name"], process["kind"], str(process["pid"]), state, str(process["restarts"]), last_exit)
    console.print(table)
    console.print(f"data folder: {report['home']}", soft_wrap=True)
