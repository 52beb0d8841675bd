"""Apache Kafka and Postgres on a bare machine, with the workers, for one data folder."""

from tollbook_cli.stack.errors import StackError
from tollbook_cli.stack.signals import interrupted_by_termination
from tollbook_cli.stack.software import provide_software
from tollbook_cli.stack.stack import WORKERS, Stack
from tollbook_cli.stack.topics import prepare_topics
from tollbook_cli.state import Addresses, running_stack

__all__ = [
    "WORKERS",
    "Addresses",
    "Stack",
    "StackError",
    "interrupted_by_termination",
    "prepare_topics",
    "provide_software",
    "running_stack",
]
