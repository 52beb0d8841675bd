"""A real Kafka for the time of the benchmark: the local stack's, without Postgres and the workers."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM

from tollbook_cli.home import Home, software_folder
from tollbook_cli.reporting import unreported
from tollbook_cli.stack import StackError, prepare_topics
from tollbook_cli.stack.jars import provide_jars
from tollbook_cli.stack.java import find_java
from tollbook_cli.stack.kafka import Kafka, answers
from tollbook_cli.stack.ports import LOOPBACK, free_ports
from tollbook_cli.stack.processes import end, is_alive, last_lines
from tollbook_schemas import Settings

READY_SECONDS = 120.0
POLL_SECONDS = 0.1
STOP_SECONDS = 60.0


@contextmanager
def running_broker() -> Iterator[str]:
    """The bootstrap address of a broker that has our topics; it is stopped, and its data removed, at the end."""
    with tempfile.TemporaryDirectory(prefix="tollbook-bench-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder))
        kafka = Kafka(home, find_java(), provide_jars(software_folder(), unreported))
        kafka.prepare()
        process, address = kafka.start()
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not answers(address):
                if not is_alive(process) or time.monotonic() > deadline:
                    raise StackError(f"Kafka does not answer: {last_lines(home.log('kafka'))}")
                time.sleep(POLL_SECONDS)
            prepare_topics(address, Settings())
            yield address
        finally:
            end([process], SIGTERM, STOP_SECONDS)


def no_broker() -> str:
    """An address on loopback where nothing listens."""
    return f"{LOOPBACK}:{free_ports(1)[0]}"
