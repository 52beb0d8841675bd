"""A flow of usage into both source topics, with the truth of what must come out."""

import threading
from random import Random
from time import sleep, time_ns

from confluent_kafka import Message as Delivered
from confluent_kafka import Producer

from support.processor_events import Call, Message, Totals, Truth, import_end, import_named
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS, StreamKind

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
STEP = 100
"""Records that a flow writes at a time; it waits until they are in the log."""
PAUSE_SECONDS = 0.015
"""Between those, so that the flow goes on for some seconds."""


class Flow:
    """Writes records and keeps the truth. The broker stamps them: on time, late and dead are far from their borders.

    `last` holds the highest offset written to each (topic, partition).
    """

    def __init__(self, settings: Settings, seed: int, partitions: int) -> None:
        self.truth: dict[StreamKind, Truth] = {kind: Truth() for kind in STREAM_KINDS}
        self.last: dict[tuple[str, int], int] = {}
        self.written = 0
        self._topics = settings.topics
        self._partitions = partitions
        self._random = Random(seed)
        self._producer = Producer({"bootstrap.servers": settings.kafka, "linger.ms": 5})
        self._numbers = iter(range(10**9))

    def live(self, count: int) -> None:
        """Mostly calls on time; one in 20 late, dead, garbage or a duplicate of an earlier one."""
        now = time_ns() // 1_000_000
        for _ in range(count):
            partition, call = self._partition(), self._call(now - self._random.randrange(50 * MINUTE_MS))
            odd = self._random.randrange(80)
            if odd == 0:
                self._write("live", partition, self._call(now - 4 * HOUR_MS).message())
            elif odd == 1:
                self._write("live", partition, self._call(now - 200 * HOUR_MS).message())
            elif odd == 2:
                self._write("live", partition, Message(b"key", b"garbage"))
            else:
                for _ in range(2 if odd == 3 else 1):
                    self._write("live", partition, call.message())
                    self.truth["live"].add(partition, call)

    def imported(self, count: int, import_id: str) -> None:
        """Old calls of one import, of any age."""
        now = time_ns() // 1_000_000
        for _ in range(count):
            partition, call = (
                self._partition(),
                self._call(now - self._random.randrange(HOUR_MS, 2000 * HOUR_MS, MINUTE_MS)),
            )
            self._write("import", partition, call.message(import_id))
            self.truth["import"].add(partition, call, import_id)

    def end(self, import_id: str) -> None:
        """End an import in every partition, and write calls of it that come too late."""
        for partition in range(self._partitions):
            self._write("import", partition, import_end(import_id))
            self._write("import", partition, self._call(time_ns() // 1_000_000 - HOUR_MS).message(import_id))

    def flush(self) -> None:
        """Wait until everything is in the log."""
        assert self._producer.flush(30) == 0

    def result(self, kind: StreamKind) -> Totals:
        """What the totals must be."""
        return self.truth[kind].result()

    def _write(self, kind: StreamKind, partition: int, message: Message) -> None:
        headers: list[tuple[str, str | bytes | None]] = list(message.headers)
        topic = self._topics.source(kind)
        self._producer.produce(
            topic, message.value, message.key, partition, on_delivery=self._delivered, headers=headers
        )
        self._producer.poll(0)
        self.written += 1

    def _delivered(self, error: object, message: Delivered) -> None:
        assert error is None, error
        place = (message.topic() or "", message.partition() or 0)
        self.last[place] = max(self.last.get(place, -1), message.offset() or 0)

    def _partition(self) -> int:
        return self._random.randrange(self._partitions)

    def _call(self, created_ms: int) -> Call:
        choose = self._random.choice
        return Call(
            next(self._numbers),
            created_ms,
            project=choose(("p1", "p2", "p3", "p4", "p5")),
            model=choose(("gpt-x", "gpt-y")),
            status=choose(("success", "success", "success", "error", "timeout", "missing_usage")),
            prompt=choose((None, 10, 700, 31_000)),
            completion=choose((None, 0, 55)),
            latency=choose((None, 120)),
        )


class FlowThread(threading.Thread):
    """Writes a mixed flow in portions, each when it is asked for, so that at any time some are still to come."""

    def __init__(self, flow: Flow, portions: int, portion: int) -> None:
        super().__init__(daemon=True)
        self._flow = flow
        self._portions = portions
        self._portion = portion
        self._asked = threading.Semaphore(0)
        self.failure: BaseException | None = None

    def ask(self) -> None:
        """Let one more portion flow."""
        self._asked.release()

    def run(self) -> None:
        """Write until the last portion."""
        try:
            for number in range(self._portions):
                self._asked.acquire()
                self._write_portion(import_named(number))
        except BaseException as error:  # noqa: BLE001 - the test raises it
            self.failure = error

    def _write_portion(self, import_id: str) -> None:
        left = self._portion
        while left > 0:
            self._flow.live(min(left, STEP) * 4 // 5)
            self._flow.imported(min(left, STEP) // 5 + 1, import_id)
            self._flow.flush()
            left -= STEP
            sleep(PAUSE_SECONDS)
        self._flow.end(import_id)
        self._flow.flush()
