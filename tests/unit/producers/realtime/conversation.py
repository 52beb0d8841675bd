"""One way to talk over synchronous and asynchronous connections, so that a test is written once for both."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from openai import AsyncOpenAI, OpenAI

from tollbook_producers.attribution import attribution
from tollbook_producers.realtime.openai_realtime import tracked_realtime

Kind = Literal["sync", "async"]
MODEL = "gpt-realtime"


@dataclass(frozen=True)
class Conversation:
    """A connection; `runner` drives it where it is asynchronous."""

    connection: Any
    runner: asyncio.Runner | None

    def run(self, result: Any) -> Any:
        """The result, awaited where need be."""
        return result if self.runner is None else self.runner.run(result)

    def read(self) -> Any:
        """The next event."""
        return self.run(self.connection.recv())

    def send(self, event: dict[str, Any]) -> None:
        """Send an event."""
        self.run(self.connection.send(event))

    def close(self) -> None:
        """Close the connection."""
        self.run(self.connection.close())

    def read_all(self) -> list[Any]:
        """All events up to the end."""
        if self.runner is None:
            return list(self.connection)
        return self.runner.run(_collected(self.connection))


async def _collected(connection: Any) -> list[Any]:
    return [event async for event in connection]


def resource(
    kind: Kind, url: str, *, provider: str = "openai", per_response: bool = False, beta: bool = False, **fields: object
) -> Any:
    """A tracked `realtime` resource."""
    client: Any = (OpenAI if kind == "sync" else AsyncOpenAI)(
        base_url=f"{url}/v1", websocket_base_url=f"{url}/v1".replace("http", "ws"), api_key="none"
    )
    realtime = client.beta.realtime if beta else client.realtime
    return tracked_realtime(realtime, provider, attribution({"use_case": "alvia_realtime", **fields}), per_response)


@contextmanager
def talk(kind: Kind, realtime: Any, **options: Any) -> Iterator[Conversation]:
    """Connect by the SDK's context manager."""
    manager = realtime.connect(**{"model": MODEL, **options})
    if kind == "sync":
        with manager as connection:
            yield Conversation(connection, None)
        return
    with asyncio.Runner() as runner:
        connection = runner.run(manager.__aenter__())
        try:
            yield Conversation(connection, runner)
        except BaseException:
            runner.run(manager.__aexit__(*sys.exc_info()))
            raise
        runner.run(manager.__aexit__(None, None, None))
