"""Writes a record whose header's name is not UTF-8, which no client lets one do on purpose.

Run as a program, `python -m support.sink_bad_header BOOTSTRAP TOPIC`, with AIOKAFKA_NO_EXTENSIONS=1: only aiokafka's
Python code asks the name to encode itself.
"""

import asyncio
import sys

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # it ships no types


class BadName(str):
    """A name that encodes to bytes that are no text."""

    __slots__ = ()

    def encode(self, *_how: str) -> bytes:
        """Not UTF-8."""
        return b"\xff\xfe"


async def write(bootstrap: str, topic: str) -> None:
    """Write the record to partition 0."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"value", key=b"key", partition=0, headers=[(BadName("x"), b"1")])
    finally:
        await producer.stop()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
