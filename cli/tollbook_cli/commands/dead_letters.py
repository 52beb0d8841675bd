"""`tollbook dead-letters`."""

import typer

from tollbook_cli.dead_letters.deciding import discard_dead_letters, requeue_dead_letters
from tollbook_cli.dead_letters.listing import list_dead_letters, show_dead_letter


def command() -> None:
    """Show records that are no ledger rows, and send them again or discard them.

    A dead letter stays until someone decides: nothing is ever dropped by itself. Every decision is an administrator's
    action, kept with who, when and why.

    Example: tollbook dead-letters list
    """


subcommands = typer.Typer(callback=command, no_args_is_help=True, rich_markup_mode="rich")
subcommands.command("list")(list_dead_letters)
subcommands.command("show")(show_dead_letter)
subcommands.command("requeue")(requeue_dead_letters)
subcommands.command("discard")(discard_dead_letters)
