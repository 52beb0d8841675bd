"""Faust's own waits, as short as a restart and an idle partition need. With `faust_table` all that reaches into it.

Overridden: the setting TableManager, and in the transport the consumer's longest wait for records and its sleep while
it has nothing to read. Faust 0.15.3 has none of them as a number to set; a test fails when what is overridden changes.
"""

from typing import ClassVar, cast

import aiokafka  # type: ignore[import-untyped]  # aiokafka ships no types
import faust
from faust.tables.manager import TableManager
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types.transports import ConsumerT
from mode.utils.times import Seconds, want_seconds

FETCH_WAIT_MS = 100
"""How long a broker with nothing new keeps an answer back. A later question waits for that answer, be it of partitions
that were just taken over, or of busy ones beside idle ones; Faust has 1,500."""
LOOK_SECONDS = 0.005
NOTHING_TO_READ_SECONDS = 0.05


class Tables(TableManager):
    """Begins when the agents have said what they read, where Faust sleeps for a second."""

    async def on_start(self) -> None:
        """What is subscribed later is read 45 seconds later, hence the agents' topics first."""
        while not self.should_stop and not self._are_agents_heard():
            await self.sleep(LOOK_SECONDS)
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()

    def _are_agents_heard(self) -> bool:
        app = cast("faust.App", self.app)
        heard = {name for channel in app.topics for name in getattr(channel, "topics", ())}
        return all(set(agent.channel.topics) <= heard for agent in app.agents.values())


class QuickThread(AIOKafkaConsumerThread):
    """Faust's thread, with a client that waits for no long."""

    def _create_worker_consumer(self, transport: Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer


class QuickConsumer(Consumer):
    """Faust's consumer, with that thread."""

    async def sleep(self, n: Seconds) -> None:
        """As Faust's, which sleeps for a second when there is nothing to read, as there is not just after a restore."""
        await super().sleep(min(want_seconds(n), NOTHING_TO_READ_SECONDS))

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return QuickThread(self, loop=self.loop, beacon=self.beacon)


class QuickTransport(Transport):
    """Faust's transport, with a consumer that does not wait for long."""

    Consumer: ClassVar[type[ConsumerT]] = QuickConsumer


def make_transport(app: faust.App) -> QuickTransport:
    """The app's transport."""
    return QuickTransport(app.conf.broker_consumer, app)
