"""The table of commands, and how a new one gets in.

To add the command `tollbook audit`:

1. write `tollbook_cli/commands/audit.py` with a function `command(...)` whose parameters are typer's and whose
   docstring is the help: one sentence, what it does, and a last paragraph that begins with `Example:`;
2. add one line to `COMMANDS`: the command's name and the same sentence. A name that is a Python keyword has a module
   name with an underscore, `import` is `commands/import_.py`, and a dash becomes one. A command with commands of its
   own has them in `subcommands`, a typer application whose callback is `command`.

Only the module of the command that is asked for gets imported, so it may import what it likes at its top: help stays
fast, and a missing extra stops only the commands that need it. Raise a TollbookError for what a user can put right
(`__main__` makes it one line and exit code 1), `typer.BadParameter` for misuse (exit code 2).
"""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from keyword import iskeyword
from typing import Annotated, Any

import typer

from tollbook_cli.console import console

COMMANDS = {
    "setup": "Fetch and verify what the local stack runs on, once.",
    "up": "Run Kafka, Postgres and the workers in the foreground.",
    "down": "Stop the stack that runs in another shell.",
    "status": "Show the services, the workers and their restarts, and the alerts: what a person should look at.",
    "spool": "Show what app workers keep on disk until Kafka has it, or deliver what dead ones left.",
    "env": "Print the running stack's addresses for another shell.",
    "init": "Make roles, database, tables and topics on a Kafka and a Postgres of your own. Safe to repeat.",
    "demo": "Run the whole pipe on real figures and check every one of them.",
    "import": "Bring in usage from a file, each row one call: CSV, Parquet, JSON lines, or an archived day.",
    "processor": "Fold usage events into hourly totals until stopped by SIGTERM or Ctrl-C.",
    "sink": "Write ledger, totals and corrections to Postgres until stopped by SIGTERM or Ctrl-C.",
    "migrate": "Make the tables in Postgres, or bring them up to date. Safe to repeat.",
    "maintain": "Make ledger days ahead, close windows, compact them with a proof, drop days that have served.",
    "replay": "Fold the log again, compare, and put right what was wrong.",
    "restore": "Bring a dropped day's rows back from its archive, or release a day that was brought back.",
    "windows": "List the windows with their states and proofs.",
    "bill": "Show what a project, a session, a collection, a template or a workspace used and cost, with its proof.",
    "export": "Write a month's usage by day, provider, model and use case to a file, with digest and proof beside it.",
    "budgets": "Set and watch soft limits a month for workspaces and projects.",
    "prices": "Show and enter prices: effective-dated, append-only, with who and why.",
    "tenants": "Say which database role sees which workspace, and nothing else.",
    "normalize": "Show the usage that a provider's answer is counted as, through the readers that the wrappers use.",
    "topics": "Grow the topics while everything runs: more partitions for more workers.",
    "dead-letters": "Show records that are no ledger rows, and send them again or discard them.",
    "audit": "Prove from the tables that every offset is accounted for and that windows, days and months add up.",
}


def make_app(wanted: str | None) -> typer.Typer:
    """The application with every command listed and only the `wanted` one imported."""
    app = typer.Typer(
        name="tollbook",
        callback=_root,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    for name, summary in COMMANDS.items():
        if name == wanted:
            _add(app, name)
        else:
            app.command(name, help=summary)(_only_listed)
    return app


def _add(app: typer.Typer, name: str) -> None:
    subcommands = getattr(_module(name), "subcommands", None)
    if subcommands is None:
        app.command(name)(load(name))
    else:
        app.add_typer(subcommands, name=name)


def load(name: str) -> Callable[..., Any]:
    """The function behind a command. Raises ModuleNotFoundError where its extra is not installed."""
    function: Callable[..., Any] = _module(name).command
    return function


def _module(name: str) -> Any:
    module = f"{name}_" if iskeyword(name) else name.replace("-", "_")
    return import_module(f"tollbook_cli.commands.{module}")


def wanted_command(arguments: list[str]) -> str | None:
    """The first argument that is not an option."""
    return next((argument for argument in arguments if not argument.startswith("-")), None)


def _only_listed() -> None:
    """Stands in the list of commands for one that was not asked for, and is never run."""


def _show_version(asked: bool) -> None:
    if asked:
        console.print(f"tollbook {version('tollbook')}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Tollbook: every LLM call counted once, every window proven.

    Example: tollbook up
    """
