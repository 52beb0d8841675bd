"""Ticks: records that move the clocks of idle partitions, so that their windows close."""

from tollbook_processors.ports import Outlet
from tollbook_processors.stream import RollupStream
from tollbook_schemas.topics import TICK_KEY


async def write_ticks(stream: RollupStream, idle_seconds: float, outlet: Outlet) -> None:
    """Write one into each own partition that has been idle for so long."""
    for partition in stream.idle(idle_seconds):
        await outlet.durable(await outlet.send(stream.source, partition, [(TICK_KEY, b"")]))
