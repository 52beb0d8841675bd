"""`tollbook up`."""

from tollbook_cli.console import console, messages, progress_bars
from tollbook_cli.environment import read_settings
from tollbook_cli.stack import Stack, interrupted_by_termination


def command() -> None:
    """Run Kafka, Postgres and the workers in the foreground.

    A worker that stops is started again. Ctrl-C, or `tollbook down` in another shell, stops everything.

    Example: tollbook up
    """
    stack = Stack(None, read_settings(), notify=_say)
    with interrupted_by_termination():
        try:
            _run(stack)
        except KeyboardInterrupt:
            messages.print("stopping …")
        finally:
            stack.stop()
    messages.print("stopped")


def _run(stack: Stack) -> None:
    with progress_bars() as report:
        stack.start(report)
    addresses = stack.addresses
    console.print(f"Kafka     {addresses.kafka}", soft_wrap=True)
    console.print(f"Postgres  {addresses.postgres_owner}", soft_wrap=True)
    console.print(f"data      {stack.home.path}", soft_wrap=True)
    messages.print(
        "running; stop with Ctrl-C or `tollbook down`; addresses for another shell: `tollbook env`", soft_wrap=True
    )
    stack.wait()


def _say(event: str) -> None:
    messages.print(f"[yellow]{event}[/yellow]", soft_wrap=True)
