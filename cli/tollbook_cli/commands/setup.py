"""`tollbook setup`."""

from tollbook_cli.console import messages, progress_bars
from tollbook_cli.stack import provide_software


def command() -> None:
    """Fetch and verify what the local stack runs on, once.

    Kafka's jars are checked against their pinned SHA-256 digests every time.

    Example: tollbook setup
    """
    with progress_bars() as report:
        software = provide_software(report)
    messages.print(f"ready: {len(software.jars)} verified jars of Kafka, Java and Postgres", soft_wrap=True)
