"""`tollbook status`."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tollbook_cli.console import console
from tollbook_cli.environment import NoAddressError, read_settings, resolve_settings
from tollbook_cli.home import Home, choose_home
from tollbook_cli.state import ProcessRecord, State, live_state
from tollbook_schemas.errors import TollbookError
from tollbook_schemas.settings import Settings


def command(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Show the services, the workers and their restarts, and the alerts: what a person should look at.

    The alerts are of the Kafka and the Postgres that TOLLBOOK_KAFKA and TOLLBOOK_POSTGRES name, else of the stack that
    runs here. docs/alerts.md says of each what to do; thresholds are settings.

    Exit code 0 when all is well: the stack runs, or TOLLBOOK_POSTGRES names another one, and there is no alert; 1 else.

    The JSON object, by example (running: all of them do; addresses are null until they answer; alerts are null where
    nobody could be asked, and unchecked says why):

    \b
    {"home": "/var/lib/tollbook", "running": true,
     "addresses": {"kafka": "127.0.0.1:9092", "postgres_owner": "host=…", "postgres_sink": "host=…"},
     "processes": [{"name": "sink", "kind": "worker", "pid": 4711, "running": true, "restarts": 0,
       "last_exit": null}],
     "alerts": [{"code": "dead_letters", "subject": {"reason": "too_old"},
       "detail": "3 undecided, the first of 2026-03-01 12:00Z"}], "unchecked": null}

    Example: tollbook status --json
    """
    home = choose_home(read_settings())
    report = {**describe(home, live_state(home)), **describe_alerts()}
    if json:
        console.print_json(data=report)
    else:
        _print_tables(report)
    if report["alerts"] is None or report["alerts"] or not (report["running"] or _is_elsewhere(report)):
        raise typer.Exit(1)


def describe(home: Home, state: State | None) -> dict[str, Any]:
    """The part of `--json` about the stack that runs here."""
    processes = [_describe_process("service", record) for record in state.services] if state else []
    processes += [_describe_process("worker", record) for record in state.workers] if state else []
    ready = state is not None and state.addresses is not None
    return {
        "home": str(home.path),
        "running": ready and all(process["running"] for process in processes),
        "addresses": asdict(state.addresses) if state and state.addresses else None,
        "processes": processes,
    }


def describe_alerts() -> dict[str, Any]:
    """The part of `--json` about alerts."""
    try:
        settings = resolve_settings("kafka", "owner")
    except NoAddressError as error:
        return {"alerts": None, "unchecked": str(error)}
    return _alerts_of(settings)


def _alerts_of(settings: Settings) -> dict[str, Any]:
    try:
        from tollbook_cli.watching import current_alerts  # noqa: PLC0415  # drivers that a bare look at processes lacks

        return {"alerts": [alert.as_json() for alert in current_alerts(settings)], "unchecked": None}
    except TollbookError as error:
        return {"alerts": None, "unchecked": str(error)}


def _is_elsewhere(report: dict[str, Any]) -> bool:
    """Whether no stack runs here and none has to: the alerts are another's."""
    return not report["processes"] and report["alerts"] is not None


def _describe_process(kind: str, record: ProcessRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "kind": kind,
        "pid": record.pid,
        "running": record.find() is not None,
        "restarts": record.restarts,
        "last_exit": record.last_exit,
    }


def _print_tables(report: dict[str, Any]) -> None:
    if report["processes"]:
        console.print(_processes(report["processes"]))
        console.print(f"data folder: {report['home']}", soft_wrap=True)
    else:
        console.print(f"no stack is running in {report['home']}: start one with `tollbook up`", soft_wrap=True)
    if report["alerts"]:
        console.print(_alerts(report["alerts"]))
    elif report["alerts"] is not None:
        console.print("[green]no alerts[/green]")
    elif report["processes"]:
        console.print(f"[red]the alerts are not known: {escape(report['unchecked'])}[/red]", soft_wrap=True)


def _processes(processes: list[dict[str, Any]]) -> Table:
    table = Table("process", "kind", "pid", "state", "restarts", "last exit")
    for process in processes:
        state = "[green]running[/green]" if process["running"] else "[red]stopped[/red]"
        last_exit = "" if process["last_exit"] is None else str(process["last_exit"])
        table.add_row(process["name"], process["kind"], str(process["pid"]), state, str(process["restarts"]), last_exit)
    return table


def _alerts(alerts: list[dict[str, Any]]) -> Table:
    table = Table("alert", "of", "what", title="docs/alerts.md says what to do")
    for alert in alerts:
        subject = ", ".join(f"{name} {value or '-'}" for name, value in alert["subject"].items())
        table.add_row(alert["code"], escape(subject), escape(alert["detail"]))
    return table
