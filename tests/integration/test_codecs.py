"""Whatever a producer compressed with, the processor reads it: a codec it could not read would stop it for ever."""

from pathlib import Path

from confluent_kafka import Producer

from support.processor_changelog import read_changelog
from support.processor_worker import run_processor
from support.waiting import eventually
from tollbook_schemas import Settings, UsageEvent, encode_event, new_event_id
from tollbook_schemas.ids import id_to_ms, ms_to_datetime
from tollbook_schemas.measures import EVENTS

CALLS = 40
CODECS = ("none", "gzip", "lz4", "snappy", "zstd")


def test_every_codec_is_read(settings: Settings, tmp_path: Path) -> None:
    for codec in CODECS:
        producer = Producer({"bootstrap.servers": settings.kafka, "compression.type": codec, "linger.ms": 50})
        for _ in range(CALLS):
            key, value = encode_event(_call())
            producer.produce(settings.topics.events, key=key, value=value)
        assert producer.flush(30) == 0
    with run_processor(settings, tmp_path):
        eventually(lambda: _folded(settings) == CALLS * len(CODECS), 60)


def _folded(settings: Settings) -> int:
    values = read_changelog(settings.kafka, settings.topics.rollups, "live").values
    return sum(value.measures[EVENTS] for value in values.values())


def _call() -> UsageEvent:
    event_id = new_event_id()
    return UsageEvent(
        id=event_id,
        created_at=ms_to_datetime(id_to_ms(event_id)),
        provider="openai",
        model="gpt-4.1",
        use_case="barbara_analysis",
        status="success",
        prompt_tokens=100,
    )
