"""`tollbook down`."""

from tollbook_cli.console import messages
from tollbook_cli.environment import read_settings
from tollbook_cli.home import choose_home
from tollbook_cli.stack.stop import stop_other


def command() -> None:
    """Stop the stack that runs in another shell.

    Returns when all its processes have ended. What a killed stack left behind is ended too.

    Example: tollbook down
    """
    home = choose_home(read_settings())
    stopped = stop_other(home)
    messages.print(f"stopped: {', '.join(stopped)}" if stopped else f"nothing was running in {home.path}")
