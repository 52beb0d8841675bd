"""Which Kafka and which Postgres the tests run on.

An address in the environment comes first, then docker where an engine answers, then the embedded ones of the local
stack in a temporary data folder.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from support.docker import has_engine, kafka_in_docker, postgres_in_docker
from support.homes import sweep_homes, temporary_home
from tollbook_cli.stack import Stack
from tollbook_schemas.settings import Settings

KAFKA_VARIABLE = "TOLLBOOK_TEST_KAFKA"
POSTGRES_VARIABLE = "TOLLBOOK_TEST_POSTGRES"
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Services:
    """A broker and a database server for a whole test run."""

    kafka: str
    superuser: str


@contextmanager
def test_services() -> Iterator[Services]:
    """Both services, stopped at the end if they were started here."""
    kafka, superuser = os.environ.get(KAFKA_VARIABLE), os.environ.get(POSTGRES_VARIABLE)
    with ExitStack() as started:
        if not (kafka and superuser):
            found = _start(started, kafka, superuser)
            kafka, superuser = found.kafka, found.superuser
        yield Services(kafka, superuser)


def _start(started: ExitStack, kafka: str | None, superuser: str | None) -> Services:
    if has_engine():
        return Services(
            kafka or started.enter_context(kafka_in_docker()),
            superuser or started.enter_context(postgres_in_docker()),
        )
    stack = started.enter_context(_embedded())
    return Services(kafka or stack.addresses.kafka, superuser or stack.superuser)


@contextmanager
def _embedded() -> Iterator[Stack]:
    sweep_homes()
    with temporary_home() as home, Stack(home, Settings(), workers=(), postgres_options=NOT_DURABLE) as stack:
        yield stack
