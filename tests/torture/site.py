"""The stack under torture: a broker and a database server that can be killed and come back, in a home of their own."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but not in the package's __all__
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from support.homes import PREFIX, homes_folder, sweep_homes
from tollbook_cli.stack import Stack
from tollbook_cli.stack.kafka import properties_path
from tollbook_cli.state import Addresses, read_state
from tollbook_schemas import Settings
from tollbook_schemas.folders import is_root
from tollbook_schemas.topics import STREAM_KINDS
from torture.plan import TIMEOUT_SECONDS
from torture.service import Service
from torture.tables import QUERIES

REQUEST_SECONDS = 10
BROKER = "1"
NOT_DURABLE = {"fsync": "off"}
"""A killed server loses nothing by it; only a machine without power would."""
CLEANER = {"log.cleaner.backoff.ms": "500"}
QUICK_RETURN = "broker.session.timeout.ms=3000\nbroker.heartbeat.interval.ms=500\n"
"""A killed broker is taken back once its registration is over, which would be 9 s. Read at its next start."""
CLEANED = {"min.compaction.lag.ms": "20000", "segment.ms": "2000", "min.cleanable.dirty.ratio": "0.01"}
"""Cleaning every few seconds. The lag has the ratio to a pause (10 s) that 15 minutes have to a long one."""


def torture_settings(home: Path, addresses: Addresses) -> Settings:
    """Windows that outlast a restart, so that one goes on with totals, and that are proven within the next round."""
    return Settings(
        kafka=addresses.kafka,
        home=home,
        testing=True,
        window_seconds=10,
        grace_seconds=4,
        tick_idle_seconds=0.5,
        session_timeout_seconds=TIMEOUT_SECONDS,
        sink_batch_records=500,
        spool_dir=home / "spool",
        spool_adopt_seconds=0.5,
        maintain_interval_seconds=0.2,
    )


class Site:
    """Both services, their addresses, and what can be done to them beside killing."""

    def __init__(self, stack: Stack) -> None:
        self.home = stack.home
        self.addresses = stack.addresses
        self.superuser = stack.superuser
        self.settings = torture_settings(self.home.path, self.addresses)
        self.calls = self.home.path / "calls"
        self.pause = self.home.path / "pause"
        self.calls.mkdir()
        self.pause.touch()
        state = read_state(self.home)
        records = state.services if state else ()
        self.services: Mapping[str, Service] = {
            record.name: Service(
                psutil.Process(record.pid), self.home.log(record.name), is_postgres=record.name == "postgres"
            )
            for record in records
        }
        with properties_path(self.home).open("a") as properties:
            properties.write(QUICK_RETURN)
        self._admin = AdminClient({"bootstrap.servers": self.addresses.kafka, "log_level": 0})
        self._force_cleaner()

    def refuse(self) -> None:
        """Postgres takes no connection to the database and ends those there are."""
        self._as_superuser("refuse", "throw_out")

    def accept(self) -> None:
        """Postgres takes connections again."""
        self._as_superuser("accept")

    def log_ends(self) -> Mapping[tuple[str, int], int]:
        """The next offset of each source partition. Raises KafkaException while the broker is away."""
        consumer = Consumer({"bootstrap.servers": self.addresses.kafka, "group.id": "torture", "log_level": 0})
        try:
            return {
                (kind, number): consumer.get_watermark_offsets(
                    TopicPartition(self.settings.topics.source(kind), number), timeout=REQUEST_SECONDS
                )[1]
                for kind in STREAM_KINDS
                for number in range(self.settings.partitions)
            }
        finally:
            consumer.close()

    def changelog_read(self) -> list[TopicPartition]:
        """How far the sink has read the changelogs. Raises psycopg.OperationalError while Postgres is away."""
        with psycopg.connect(self.addresses.postgres_owner, connect_timeout=2) as connection:
            rows = connection.execute(QUERIES["changelog_positions"]).fetchall()
        return [TopicPartition(self.settings.topics.changelog(kind), number, at) for kind, number, at in rows]

    def expire_changelog(self, read: Sequence[TopicPartition]) -> None:
        """Delete records that the sink has read, as retention does. Raises KafkaException while the broker is away.

        In even partitions all but the last of them, which as a rule is the mark: it stays without its totals.
        """
        for place in read:
            place.offset = max(0, place.offset - (place.partition % 2 == 0))
        for future in self._admin.delete_records(list(read), request_timeout=REQUEST_SECONDS).values():
            future.result(REQUEST_SECONDS)

    def _force_cleaner(self) -> None:
        changes = {ConfigResource(ResourceType.BROKER, BROKER): CLEANER}
        for kind in STREAM_KINDS:
            changes[ConfigResource(ResourceType.TOPIC, self.settings.topics.changelog(kind))] = CLEANED
        resources = [
            ConfigResource(resource.restype, resource.name, incremental_configs=_set(values))
            for resource, values in changes.items()
        ]
        for future in self._admin.incremental_alter_configs(resources).values():
            future.result(REQUEST_SECONDS)

    def _as_superuser(self, *queries: str) -> None:
        with psycopg.connect(self.superuser, autocommit=True, connect_timeout=2) as connection:
            for query in queries:
                connection.execute(QUERIES[query])


def _set(values: Mapping[str, str]) -> list[ConfigEntry]:
    return [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in values.items()]


@contextmanager
def open_site() -> Iterator[Site]:
    """A site in a new temporary home, removed at the end unless something was wrong."""
    sweep_homes()
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}torture-", dir=homes_folder()))
    home.chmod(0o755 if is_root() else 0o700)
    with Stack(home, Settings(), workers=(), postgres_options=NOT_DURABLE) as stack:
        site = Site(stack)
        try:
            yield site
        except BaseException:
            print(f"everything is kept in {home}", file=sys.stderr)
            raise
        finally:
            for service in site.services.values():
                service.go_on()
                service.stop()
    shutil.rmtree(home, ignore_errors=True)
