"""`tollbook env`."""

from shlex import quote
from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import read_settings
from tollbook_cli.home import choose_home
from tollbook_cli.stack.errors import NotRunningError
from tollbook_cli.state import running_stack


def command(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object of the same names.")] = False,
) -> None:
    """Print the running stack's addresses for another shell.

    Example: eval "$(tollbook env)"
    """
    home = choose_home(read_settings())
    addresses = running_stack(home.path)
    if addresses is None:
        raise NotRunningError(home.path)
    variables = {
        "TOLLBOOK_HOME": str(home.path),
        "TOLLBOOK_KAFKA": addresses.kafka,
        "TOLLBOOK_POSTGRES": addresses.postgres_owner,
        "TOLLBOOK_POSTGRES_SINK": addresses.postgres_sink,
    }
    if json:
        console.print_json(data=variables)
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={quote(value)}")
