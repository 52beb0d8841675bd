"""A worker in a realtime session: says `reading` on each message and waits for the next, until it is killed."""

import asyncio
import sys
from typing import Any

from openai import AsyncOpenAI, OpenAI

from tollbook_producers.attribution import attribution
from tollbook_producers.realtime.openai_realtime import tracked_realtime


def realtime(kind: type[Any], url: str, *, per_response: bool) -> Any:
    """The tracked resource of a client of this kind."""
    client = kind(base_url=f"{url}/v1", websocket_base_url=f"{url}/v1".replace("http", "ws"), api_key="none")
    return tracked_realtime(client.realtime, "openai", attribution({"session_id": "s1"}), per_response)


def tell(event: Any) -> None:
    """Say what was read."""
    sys.stdout.write(f"{event.type}\n")
    sys.stdout.flush()


async def talk(url: str, *, per_response: bool) -> None:
    """The asynchronous session."""
    async with realtime(AsyncOpenAI, url, per_response=per_response).connect(model="m") as connection:
        async for event in connection:
            tell(event)


if __name__ == "__main__":
    address, sync, of_its_own = sys.argv[1], sys.argv[2] == "sync", sys.argv[3] == "response"
    if sync:
        with realtime(OpenAI, address, per_response=of_its_own).connect(model="m") as session:
            for said in session:
                tell(said)
    else:
        asyncio.run(talk(address, per_response=of_its_own))
