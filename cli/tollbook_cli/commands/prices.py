"""`tollbook prices`."""

import typer

from tollbook_cli.pricing.correcting import correct_price
from tollbook_cli.pricing.entering import import_prices, set_price
from tollbook_cli.pricing.reading import diff_prices, list_prices, show_model


def command() -> None:
    """Show and enter prices: effective-dated, append-only, with who and why.

    Two books: `cost`, what providers charge, and `sell`, what customers are charged. A call is priced by the model that
    answered, its class of tokens, service tier, batch and prompt size, at its window's start; a workspace's contract
    goes before the list. What has no price is shown as unpriced, never as free.

    Example: tollbook prices list --model gpt-4.1
    """


subcommands = typer.Typer(callback=command, no_args_is_help=True, rich_markup_mode="rich")
subcommands.command("list")(list_prices)
subcommands.command("show")(show_model)
subcommands.command("set")(set_price)
subcommands.command("import")(import_prices)
subcommands.command("diff")(diff_prices)
subcommands.command("correct")(correct_price)
