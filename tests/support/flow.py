"""Events that go on while topics grow, by a producer that soon sees new partitions, and the truth of them."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import KafkaError, Message, Producer

from support.waiting import eventually
from tollbook_schemas import Settings, UsageEvent, encode_event
from tollbook_schemas.ids import id_to_ms, ms_to_datetime, new_event_id
from tollbook_schemas.kafka_security import librdkafka_options

PAUSE_SECONDS = 0.004
TWICE_EVERY = 50


class Flow:
    """One thread; some events are sent twice. `partitions` are those that took any."""

    def __init__(self, settings: Settings) -> None:
        options = {"enable.idempotence": True, "linger.ms": 5, "topic.metadata.refresh.interval.ms": 500}
        self._producer = Producer({**librdkafka_options(settings), **options})
        self._topic = settings.topics.events
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._events: list[UsageEvent] = []
        self.partitions: Counter[int] = Counter()
        self.failures: list[KafkaError] = []
        self._thread.start()

    @property
    def calls(self) -> int:
        """Events so far."""
        return len(self._events)

    def go_on(self, calls: int) -> None:
        """Wait until there are so many more."""
        wanted = self.calls + calls
        eventually(lambda: self.calls >= wanted, 60)

    def finish(self) -> None:
        """No more; Kafka has all."""
        self._stop.set()
        self._thread.join()
        assert self._producer.flush(60) == 0
        assert self.failures == []

    def sessions(self) -> list[str]:
        """The session of every event: each has its own."""
        return [event.session_id or "" for event in self._events]

    def by_project(self) -> list[tuple[Any, ...]]:
        """(project, calls, prompt tokens, completion tokens), sorted."""
        sums: dict[str, Counter[str]] = {}
        for event in self._events:
            found = sums.setdefault(event.project_id or "", Counter())
            found.update(calls=1, prompt=event.prompt_tokens or 0, completion=event.completion_tokens or 0)
        return [(name, it["calls"], it["prompt"], it["completion"]) for name, it in sorted(sums.items())]

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            number = len(self._events)
            event = _event(number)
            self._events.append(event)
            for _ in range(2 if number % TWICE_EVERY == 0 else 1):
                key, value = encode_event(event)
                self._producer.produce(self._topic, key=key, value=value, on_delivery=self._delivered)
            self._producer.poll(0)

    def _delivered(self, error: KafkaError | None, record: Message) -> None:
        if error is None:
            self.partitions[record.partition() or 0] += 1
        else:
            self.failures.append(error)


def _event(number: int) -> UsageEvent:
    identity = new_event_id()
    return UsageEvent.model_validate(
        {
            "schema_version": 1,
            "id": identity,
            "created_at": ms_to_datetime(id_to_ms(identity)),
            "provider": "p",
            "model": "m",
            "status": "success",
            "use_case": "barbara_analysis",
            "project_id": f"project-{number % 3}",
            "session_id": f"s-{number}",
            "prompt_tokens": number % 101,
            "completion_tokens": number % 7,
        }
    )


@contextmanager
def running_flow(settings: Settings) -> Iterator[Flow]:
    """Events until the block ends, or until `finish`."""
    flow = Flow(settings)
    try:
        yield flow
    finally:
        flow._stop.set()
        flow._thread.join()
