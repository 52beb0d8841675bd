"""The Faust app: a table and an agent for each stream kind; timers for ticks, marks and changes of the topics."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Collection, Coroutine, MutableMapping
from pathlib import Path
from typing import Any, cast

import faust

from tollbook_processors.errors import LogReadError
from tollbook_processors.failstop import fail_stop
from tollbook_processors.faust_table import ChunkScheduler, RollupTable
from tollbook_processors.faust_waits import Tables, make_transport
from tollbook_processors.fold import Fold
from tollbook_processors.generations import GenerationReader
from tollbook_processors.kafka_login import aiokafka_options, faust_credentials
from tollbook_processors.log_reader import LogReader
from tollbook_processors.ports import SourceConsumer
from tollbook_processors.sender import Sender
from tollbook_processors.statements import Statements
from tollbook_processors.stream import RollupStream
from tollbook_processors.ticks import write_ticks
from tollbook_processors.topic_checks import GrowthWatch
from tollbook_schemas.rollups import RollupValue
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS, StreamKind

logger = logging.getLogger(__name__)

CHUNKS_A_STEP = 3
"""A step must take less than 0.1 s: when what it fetched lies about for longer, aiokafka asks the broker for the idle
partitions alone, and the busy ones have to wait for that answer."""
STEP_WITHIN_SECONDS = 0.05
WATCH_SECONDS = 2.0
_RAW: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}


def create_app(settings: Settings, replayed: StreamKind | None = None, growth: GrowthWatch | None = None) -> faust.App:
    """The processor's app, not started, for the generations that the settings name.

    Each generation has consumer groups of its own. `growth` stops the worker when the topics grow. With `replayed` only
    that kind is folded, and no ticks are written: a generation that is not live yet, beside the live flow.
    """
    group = "processor" if replayed is None else f"replay.{replayed}"
    app = faust.App(f"{settings.topic_prefix}{group}{settings.generations.suffix}", **_app_options(settings, growth))
    app.transport = make_transport(app)
    sender = Sender(aiokafka_options(settings))
    kinds = STREAM_KINDS if replayed is None else (replayed,)
    tables = {kind: _add_stream(app, settings, kind, sender) for kind in kinds}
    _add_refresh(app, settings, tables.values())
    if replayed is None:
        _add_ticks(app, settings, tables["live"], sender)
        _add_watch(app, settings, growth)

    @app.on_before_shutdown.connect(weak=False)
    async def stop(*_: Any, **__: Any) -> None:
        for table in tables.values():
            await table.stream.stop()
        await sender.stop()

    return app


def data_folder(settings: Settings) -> Path:
    """Where Faust wants a folder of its own; nothing is kept in it."""
    if settings.home is not None:
        return settings.home / "processor"
    return Path(tempfile.gettempdir()) / f"tollbook-processor-{os.getuid()}"


def _app_options(settings: Settings, growth: GrowthWatch | None) -> dict[str, Any]:
    return {
        "broker": [f"aiokafka://{server}" for server in settings.kafka.split(",")],
        "broker_credentials": faust_credentials(settings),
        "version": 1,
        "store": "memory://",
        "datadir": data_folder(settings),
        "ConsumerScheduler": ChunkScheduler,
        "TableManager": Tables,
        "stream_buffer_maxsize": 16,
        "stream_wait_empty": False,
        "stream_recovery_delay": 0.0,
        "table_standby_replicas": 0,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
        "worker_redirect_stdouts": False,
        "consumer_group_instance_id": settings.processor_instance + (growth.instance_suffix if growth else ""),
        "broker_session_timeout": settings.session_timeout_seconds,
        "broker_heartbeat_interval": min(3.0, settings.session_timeout_seconds / 10),
        "broker_request_timeout": max(90.0, settings.session_timeout_seconds * 2),
    }


def _add_stream(app: faust.App, settings: Settings, kind: StreamKind, sender: Sender) -> RollupTable:
    source, changelog = settings.topics.source(kind), settings.topics.changelog(kind)

    def make_stream(consumer: SourceConsumer, totals: MutableMapping[bytes, RollupValue]) -> RollupStream:
        return RollupStream(
            source,
            changelog,
            fold=Fold(kind, settings.window_rule),
            statements=Statements(kind, totals),
            consumer=consumer,
            sender=sender,
            reader=LogReader(aiokafka_options(settings)),
        )

    table = RollupTable(
        app,
        name=f"{kind}-rollups",
        make_stream=make_stream,
        recovery_buffer_size=CHUNKS_A_STEP,
        changelog_topic=app.topic(changelog, internal=True, allow_empty=True, acks=False, **_RAW),
        **{name: _RAW[name] for name in ("key_type", "value_type")},
    )
    app.tables.add(table)

    @app.agent(app.topic(source, acks=False, **_RAW), name=f"{kind}-fold")
    async def fold(chunks: faust.StreamT[Any]) -> None:
        async for events in cast("faust.Stream[Any]", chunks).noack_take(CHUNKS_A_STEP, within=STEP_WITHIN_SECONDS):
            await table.step(events)

    return table


def _add_ticks(app: faust.App, settings: Settings, live: RollupTable, sender: Sender) -> None:
    if settings.ticks:

        @app.timer(min(1.0, settings.tick_idle_seconds / 4))  # type: ignore[untyped-decorator]  # Faust's timers are untyped
        async def ticks() -> None:
            await _guarded("writing ticks", write_ticks(live.stream, settings.tick_idle_seconds, sender))


def _add_refresh(app: faust.App, settings: Settings, tables: Collection[RollupTable]) -> None:
    seconds = settings.changelog_retention_seconds / 8

    @app.timer(min(60.0, seconds / 4))  # type: ignore[untyped-decorator]  # Faust's timers are untyped
    async def refresh() -> None:
        for table in tables:
            await _guarded("refreshing marks", table.stream.refresh(seconds))


def _add_watch(app: faust.App, settings: Settings, growth: GrowthWatch | None) -> None:
    reader = GenerationReader(settings)

    def look() -> None:
        reader.refuse_replaced(settings.generations)
        if growth is not None:
            growth.refuse_grown()

    @app.timer(WATCH_SECONDS)  # type: ignore[untyped-decorator]  # Faust's timers are untyped
    async def watch() -> None:
        try:
            await asyncio.to_thread(look)
        except LogReadError as error:
            logger.warning("%s", error)
        except Exception as error:  # noqa: BLE001 - Faust would end the timer with a warning
            fail_stop("looking at generations and topics", error)


async def _guarded(doing: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - Faust would end the timer with a warning
        fail_stop(doing, error)
