"""Load for the sink: usage of every sort on four partitions, with the truth of what must become of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from support.sink_events import DAY_MS, HOUR_MS, TICK, Message, import_end, import_named, message_of, usage_event
from support.sink_truth import Place, Truth
from support.sink_writer import LogWriter, Written
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import StreamKind

Meaning = Callable[[Place], None]
"""Tells the truth what a record was, once its offset is known."""

IMPORTS = (import_named(1), import_named(2))
ENDED = import_named(3)


@dataclass(slots=True)
class Load:
    """Writes records in chunks; the same seed writes the same ones."""

    settings: Settings
    now_ms: int
    seed: int
    truth: Truth = field(default_factory=Truth)
    _numbers: int = 0
    _written: list[tuple[StreamKind, Written, Meaning]] = field(default_factory=list)
    _seen: dict[int, list[tuple[UsageEvent, bool]]] = field(default_factory=dict)
    _writer: LogWriter = field(init=False)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._writer = LogWriter(self.settings.kafka)
        self._random = random.Random(self.seed)

    def begin(self) -> None:
        """An import that has ended in every partition before anything else: what follows of it is late."""
        self.end_import(ENDED)
        self.flush()

    def chunk(self, records: int) -> None:
        """Write that many records of all sorts, and wait until they are in the log."""
        sorts: tuple[tuple[Callable[[], None], int], ...] = (
            (self._on_time, 60),
            (self._again, 12),
            (self._late, 6),
            (self._dead, 5),
            (self._tick, 3),
            (self._imported, 14),
        )
        names, weights = zip(*sorts, strict=True)
        for write in self._random.choices(names, weights, k=records):
            write()
        self.flush()

    def hole(self, partition: int) -> None:
        """A foreign transaction: its control record takes an offset that no consumer ever sees."""
        name = f"foreign-{self.settings.topic_prefix}{partition}-{self._numbers}"
        writer = LogWriter(self.settings.kafka, transactional_id=name)
        writer.producer.init_transactions(30)
        writer.producer.begin_transaction()
        written = writer.write(self.settings.topics.events, partition, TICK)
        writer.producer.commit_transaction(30)
        self.truth.count(("live", partition, written.offset), "ticks")
        self.truth.count(("live", partition, written.offset + 1), "gaps")

    def end_import(self, import_id: str) -> None:
        """Write the end of an import to every partition."""
        for number in range(self.settings.partitions):
            self._write("import", number, import_end(import_id), partial(self.truth.count, name="ends"))
            self.truth.ends.add((import_id, number))

    def flush(self) -> None:
        """Wait until all is in the log, then tell the truth the offsets."""
        self._writer.flush()
        for kind, written, meaning in self._written:
            meaning((kind, written.partition, written.offset))
        self._written.clear()

    def _write(self, kind: StreamKind, number: int, message: Message, meaning: Meaning) -> None:
        topic = self.settings.topics.source(kind)
        written = self._writer.write(topic, number % self.settings.partitions, message)
        self._written.append((kind, written, meaning))

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _on_time(self) -> None:
        number = self._next()
        self._first(number, usage_event(number, self.now_ms - self._random.randrange(60_000)), on_time=True)

    def _late(self) -> None:
        number = self._next()
        age = self._random.randrange(5 * HOUR_MS, 2 * DAY_MS)
        self._first(number, usage_event(number, self.now_ms - age), on_time=False)

    def _first(self, number: int, event: UsageEvent, *, on_time: bool) -> None:
        self._write("live", number, message_of(event), partial(self.truth.row, event=event, on_time=on_time))
        self._seen.setdefault(number % self.settings.partitions, []).append((event, on_time))

    def _again(self) -> None:
        number = self._next()
        seen = self._seen.get(number % self.settings.partitions)
        if seen:
            event, on_time = self._random.choice(seen[-2000:])
            conflicts = self._random.random() < 0.3
            reason = "conflict" if conflicts else "duplicate"
            other = event.model_copy(update={"prompt_tokens": 999, "project_id": "other"}) if conflicts else event
            meaning = partial(self.truth.repeated, event=other, reason=reason, on_time=on_time)
            self._write("live", number, message_of(other), meaning)

    def _dead(self) -> None:
        number = self._next()
        good = usage_event(number, self.now_ms)
        old = message_of(usage_event(number, self.now_ms - 9 * DAY_MS))
        ahead = message_of(usage_event(number, self.now_ms + DAY_MS))
        broken: tuple[tuple[Message, str], ...] = (
            (Message(b"k", b"{no json\x00", []), "not_json"),
            (Message(b"k", message_of(good).value, [("h\x01", b"\xff\x00")]), "key_mismatch"),
            (Message(None, b'{"schema_version": 1}', []), "invalid"),
            (Message(b"k", message_of(good).value.replace(b'"openai"', b'"NO"'), []), "invalid"),
            (old, "too_old"),
            (ahead, "in_future"),
        )
        message, reason = self._random.choice(broken)
        self._write("live", number, message, partial(self.truth.dead_letter, reason=reason))

    def _tick(self) -> None:
        self._write("live", self._next(), TICK, partial(self.truth.count, name="ticks"))

    def _imported(self) -> None:
        number = self._next()
        event = usage_event(number, self.now_ms - 40 * DAY_MS - self._random.randrange(2 * DAY_MS))
        import_id = self._random.choice((*IMPORTS, ENDED))
        meaning = partial(self.truth.row, event=event, stream=import_id, on_time=import_id != ENDED)
        self._write("import", number, message_of(event, import_id), meaning)
        if self._random.random() < 0.1:
            repeated = partial(
                self.truth.repeated, event=event, reason="duplicate", stream=import_id, on_time=import_id != ENDED
            )
            self._write("import", number, message_of(event, import_id), repeated)
