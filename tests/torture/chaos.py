"""What comes from elsewhere than app workers: repeated, conflicting, late, old, broken and imported records, and holes.

The thread writes down what each record was meant to be. The log decides between two of one id: the first one, which is
why both go to one partition by one idempotent producer.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from secrets import token_hex
from zlib import crc32

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from support.sink_events import DAY_MS, TICK, Headers, Message, import_end, message_of, usage_event
from tollbook_schemas import Settings, UsageEvent, decode
from tollbook_schemas.errors import UnknownSchemaVersionError

RECORDS_A_SECOND = 60
IMPORTED = 60
IMPORT_AGE_DAYS = 40
ECHOES = 40
ID_LENGTH = 36
FUZZ_HEADERS: tuple[Headers, ...] = ([], [("h\x01", b"\xff\x00")], [("import_id", b"imp_no")])
FUZZ = b"fuzz-"
"""Begins the key of every record that is no event."""


@dataclass(slots=True)
class ChaosTruth:
    """`events` by id with their stream; `dead`: how many dead letters of each reason (of broken records, each key).

    `spoiled` are ids of which the log holds a record that must not be repeated: it would be one more dead letter.
    """

    events: dict[str, tuple[str, UsageEvent]] = field(default_factory=dict)
    dead: Counter[str] = field(default_factory=Counter)
    spoiled: set[str] = field(default_factory=set)


class Chaos:
    """Writes until `stop`. Only one at a time writes with a truth."""

    def __init__(self, settings: Settings, seed: int, truth: ChaosTruth) -> None:
        self._failure: BaseException | None = None
        self._settings = settings
        self._random = Random(seed)
        self._truth = truth
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka,
                "enable.idempotence": True,
                "message.timeout.ms": 0,
                "linger.ms": 5,
                "log_level": 0,
            }
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos", daemon=True)
        self._own = [entry for entry in truth.events.values() if entry[0] == "live"][-500:]

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; what is written goes on being delivered."""
        self._stopping.set()

    @property
    def is_delivered(self) -> bool:
        """Whether all is in the log. Raises what went wrong."""
        if self._failure is not None:
            raise self._failure
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._import()
            while not self._stopping.wait(1 / RECORDS_A_SECOND):
                self._random.choices(*self._kinds)[0]()
                self._producer.poll(0)
            while self._producer.flush(1):
                """Brokers may be away for long."""
        except BaseException as error:  # noqa: BLE001 - whoever waits for the thread raises it
            self._failure = error

    @property
    def _kinds(self) -> tuple[tuple[Callable[[], None], ...], tuple[int, ...]]:
        kinds = {
            self._on_time: 25,
            self._again: 15,
            self._conflict: 5,
            self._late: 10,
            self._dead: 4,
            self._fuzz: 10,
            self._tick: 3,
            self._hole: 1,
            self._echo: 1,
        }
        return tuple(kinds), tuple(kinds.values())

    def _event(self, age_ms: int) -> UsageEvent:
        created_ms = time.time_ns() // 1_000_000 - age_ms
        event = usage_event(
            self._random.getrandbits(60), created_ms, project_id=f"project-{self._random.randint(1, 3)}"
        )
        return event.model_copy(update={"session_id": f"session-{self._random.randint(1, 60)}"})

    def _on_time(self) -> None:
        self._first(self._event(self._random.randrange(2000)))

    def _late(self) -> None:
        """Of windows that are closed, and some that were compacted rounds ago."""
        self._first(self._event(self._random.randrange(15_000, 120_000)))

    def _first(self, event: UsageEvent) -> None:
        self._truth.events[str(event.id)] = ("live", event)
        self._own.append(("live", event))
        self._write_live(message_of(event))

    def _again(self) -> None:
        if self._own:
            _, event = self._random.choice(self._own)
            self._write_live(message_of(event))

    def _conflict(self) -> None:
        if self._own:
            _, event = self._random.choice(self._own)
            self._truth.spoiled.add(str(event.id))
            self._truth.dead["conflict"] += 1
            self._write_live(message_of(event.model_copy(update={"project_id": "other", "prompt_tokens": 12_345})))

    def _dead(self) -> None:
        age_ms, reason = self._random.choice(((9 * DAY_MS, "too_old"), (-DAY_MS, "in_future")))
        event = self._event(age_ms)
        self._truth.spoiled.add(str(event.id))
        self._truth.dead[reason] += 1
        self._write_live(message_of(event))

    def _fuzz(self) -> None:
        """Anything that is no event of ours; one of a newer version would rightly stop everything."""
        value = self._broken(message_of(self._event(0)).value)
        key = FUZZ + token_hex(8).encode()
        try:
            decode("live", key, value)
        except UnknownSchemaVersionError:
            return
        self._truth.dead[key.decode()] += 1
        headers = self._random.choice(FUZZ_HEADERS)
        self._write_live(Message(key, value, headers))

    def _broken(self, value: bytes) -> bytes:
        random = self._random
        place = random.randrange(len(value))
        return random.choice(
            (
                b"",
                random.randbytes(random.randrange(200)),
                value[:place],
                value[:place] + random.randbytes(3) + value[place + 1 :],
                value,
                b"[" * 5000,
                b'{"a":"' + b"x" * 100_000 + b'"}',
            )
        )

    def _tick(self) -> None:
        self._write_live(TICK, self._random.randrange(self._settings.partitions))

    def _hole(self) -> None:
        """A foreign transaction, ended either way: its control record takes an offset that nobody sees."""
        writer = Producer(
            {"bootstrap.servers": self._settings.kafka, "transactional.id": f"torture-{token_hex(8)}", "log_level": 0}
        )
        try:
            writer.init_transactions(5)
            writer.begin_transaction()
            writer.produce(self._settings.topics.events, TICK.value, TICK.key, self._random.randrange(4))
            (writer.commit_transaction if self._random.random() < 0.5 else writer.abort_transaction)(5)
        except KafkaException:
            """The broker is away: then there is no hole, or its coordinator ends the transaction in a minute."""

    def _echo(self) -> None:
        """Real events of app workers, sent once more by a network that repeats itself."""
        consumer = Consumer({"bootstrap.servers": self._settings.kafka, "group.id": "chaos", "log_level": 0})
        place = TopicPartition(self._settings.topics.events, self._random.randrange(self._settings.partitions))
        try:
            low, high = consumer.get_watermark_offsets(place, timeout=2)
            place.offset = max(low, high - self._random.randrange(1, 2000))
            consumer.assign([place])
            messages = consumer.consume(ECHOES, timeout=1)
        except KafkaException:
            return
        finally:
            consumer.close()
        for message in messages:
            key, value = message.key(), message.value()
            if key and value and len(key) == ID_LENGTH and key.decode() not in self._truth.spoiled:
                self._write_live(Message(key, value, []), place.partition)

    def _import(self) -> None:
        """An import in three windows, with repeated rows, its end in each partition, and what comes too late."""
        import_id = f"imp_{token_hex(16)}"
        begin = time.time_ns() // 1_000_000 - IMPORT_AGE_DAYS * DAY_MS
        for number in range(IMPORTED):
            self._imported(import_id, begin + self._random.randrange(12_000), twice=number % 10 == 0)
        for partition in range(self._settings.partitions):
            self._write(self._settings.topics.imports, import_end(import_id), partition)
        for _ in range(3):
            self._imported(import_id, begin, twice=False)

    def _imported(self, import_id: str, created_ms: int, *, twice: bool) -> None:
        event = usage_event(
            self._random.getrandbits(60), created_ms, session_id=f"session-{self._random.randint(1, 60)}"
        )
        self._truth.events[str(event.id)] = (import_id, event)
        for _ in range(2 if twice else 1):
            message = message_of(event, import_id)
            self._write(self._settings.topics.imports, message, self._partition_of(message))

    def _write_live(self, message: Message, partition: int | None = None) -> None:
        place = self._partition_of(message) if partition is None else partition
        self._write(self._settings.topics.events, message, place)

    def _partition_of(self, message: Message) -> int:
        return crc32(message.key or b"") % self._settings.partitions

    def _write(self, topic: str, message: Message, partition: int) -> None:
        headers: list[tuple[str, str | bytes | None]] = list(message.headers)
        self._producer.produce(topic, message.value, message.key, partition, headers=headers)
