"""The names of Faust and aiokafka that the processor overrides or relies on. A failure here means: read their sources
again before the pinned versions move."""

import asyncio
import inspect
import re
from typing import Any

import aiokafka  # type: ignore[import-untyped]  # aiokafka ships no types
import faust
import pytest
from aiokafka.producer.message_accumulator import BatchBuilder  # type: ignore[import-untyped]  # as above
from faust.app.base import App
from faust.tables.base import Collection
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, ConsumerRebalanceListener
from faust.transport.drivers.aiokafka import Consumer as KafkaConsumer
from faust.transport.utils import DefaultSchedulingStrategy

from support.processor_machine import LogRecord
from tollbook_processors.app import create_app
from tollbook_processors.faust_table import Chunk, ChunkScheduler, RollupTable
from tollbook_processors.faust_waits import FETCH_WAIT_MS, QuickConsumer, Tables
from tollbook_schemas.settings import Settings


def parameters(function: Any) -> list[str]:
    """Names of a function's parameters."""
    return list(inspect.signature(function).parameters)


def test_the_pinned_versions_are_the_ones_that_were_read() -> None:
    assert faust.__version__ == "0.15.3"
    assert aiokafka.__version__.startswith("0.14.")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (DefaultSchedulingStrategy.iterate, ["self", "records"]),
        (faust.Table.persisted_offset, ["self", "tp"]),
        (Collection.apply_changelog_batch, ["self", "batch"]),
        (Collection.on_recovery_completed, ["self", "active_tps", "standby_tps"]),
        (faust.Table.info, ["self"]),
        (faust.Stream.noack_take, ["self", "max_", "within"]),
        (Consumer.position, ["self", "tp"]),
        (KafkaConsumer.seek_wait, ["self", "partitions"]),
        (TableManager.add, ["self", "table"]),
        (TableManager.on_start, ["self"]),
        (Consumer.sleep, ["self", "n"]),
        (KafkaConsumer._new_consumer_thread, ["self"]),
        (AIOKafkaConsumerThread._create_worker_consumer, ["self", "transport"]),
        (aiokafka.AIOKafkaProducer.create_batch, ["self"]),
        (aiokafka.AIOKafkaProducer.send_batch, ["self", "batch", "topic", "partition"]),
        (BatchBuilder.append, ["self", "timestamp", "key", "value", "headers"]),
        (BatchBuilder.record_count, ["self"]),
        (BatchBuilder.close, ["self"]),
        (aiokafka.AIOKafkaConsumer.beginning_offsets, ["self", "partitions"]),
        (aiokafka.AIOKafkaConsumer.end_offsets, ["self", "partitions"]),
        (aiokafka.AIOKafkaConsumer.getmany, ["self", "partitions", "timeout_ms", "max_records"]),
    ],
)
def test_signatures_are_as_they_were(function: Any, expected: list[str]) -> None:
    assert parameters(function) == expected


def test_the_table_overrides_what_recovery_calls() -> None:
    recovery = inspect.getsource(Recovery)
    for name in ("persisted_offset", "apply_changelog_batch", "on_recovery_completed"):
        assert f"table.{name}(" in recovery
        assert getattr(RollupTable, name) is not getattr(faust.Table, name)


def test_the_waits_that_are_shortened_are_where_they_were() -> None:
    began = inspect.getsource(TableManager.on_start)
    assert [line.strip() for line in began.splitlines()[2:]] == [
        "await self.sleep(1.0)",
        "if not self.should_stop:",
        "await self._update_channels()",
        "await self.recovery.start()",
    ]
    assert "await self.sleep(1)" in inspect.getsource(Consumer._wait_next_records)
    assert "fetch_max_wait_ms=1500" in inspect.getsource(AIOKafkaConsumerThread._create_worker_consumer)
    assert "fetch_max_wait_ms=self._fetch_max_wait_ms" in inspect.getsource(aiokafka.AIOKafkaConsumer.start)


def test_the_app_has_the_short_waits() -> None:
    async def longest_wait_ms() -> int:
        assert isinstance(app.consumer, QuickConsumer)
        client = app.consumer._new_consumer_thread()._create_worker_consumer(app.transport)
        wait_ms: int = client._fetch_max_wait_ms
        await client.stop()
        return wait_ms

    app: Any = create_app(Settings(topic_prefix="names."))
    assert app.conf.TableManager is Tables
    assert asyncio.run(longest_wait_ms()) == FETCH_WAIT_MS


def test_a_chunk_has_what_the_transport_reads_of_a_record() -> None:
    read = set(re.findall(r"\brecord\.(\w+)", inspect.getsource(KafkaConsumer._to_message)))
    assert read == set(Chunk._fields)


def test_the_scheduler_makes_one_message_of_what_was_fetched() -> None:
    tp, empty = faust.types.TP("events", 3), faust.types.TP("events", 4)
    run = [LogRecord(7, 100, b"a", b"b"), LogRecord(8, 200, b"c", b"d")]
    scheduler: Any = ChunkScheduler
    [(delivered, chunk)] = scheduler().iterate({tp: run, empty: []})
    assert delivered == tp
    assert (chunk.partition, chunk.offset, chunk.timestamp, chunk.value) == (3, 8, 200, run)


def test_a_raw_topic_hands_a_list_through_undecoded() -> None:
    serializers: Any = create_app(Settings(topic_prefix="names.")).serializers
    run = [LogRecord(7, 100, b"a", b"b")]
    assert serializers.loads_value(bytes, run, serializer="raw") is run


def test_the_app_has_the_settings_that_the_fold_relies_on() -> None:
    settings = Settings(topic_prefix="names.", processor_instance="one", session_timeout_seconds=9)
    conf: Any = create_app(settings).conf
    assert conf.ConsumerScheduler is ChunkScheduler
    assert (conf.topic_allow_declare, conf.topic_disable_leader, conf.stream_wait_empty) == (False, True, False)
    assert (conf.table_standby_replicas, conf.stream_recovery_delay, conf.web_enabled) == (0, 0.0, False)
    assert (conf.consumer_group_instance_id, conf.broker_session_timeout, str(conf.store)) == ("one", 9, "memory:")
    assert conf.stream_buffer_maxsize == 16
    assert conf.processing_guarantee.value == "at_least_once"


def test_the_app_says_of_a_rebalance_what_adoption_asks() -> None:
    app = create_app(Settings(topic_prefix="names."))
    before = app.rebalancing_count
    app.on_rebalance_start()
    assert app.rebalancing_count == before + 1
    assert {"consumer_generation_id", "on_partitions_revoked", "on_before_shutdown"} <= set(dir(App))
    assert "app.on_rebalance_start()" in inspect.getsource(ConsumerRebalanceListener.on_partitions_revoked)
    assert "consumer_generation_id = generation" in inspect.getsource(ConsumerRebalanceListener.on_partitions_assigned)
