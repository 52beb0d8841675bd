"""A worker that makes every call there is, with markers in everything, and then one that is never answered.

`python -m support.privacy_worker URL`: says on its output when all but the last call are over, and waits to be killed.
"""

import asyncio
import logging
import sys
from contextlib import suppress
from typing import Any

from support.privacy_calls import GEMINI_CALLS, OPENAI_CALLS, finish, leaky_clients
from tollbook_producers import track_gemini, track_openai

OVER = "all calls are over"
PATIENCE = 60.0


async def main(url: str) -> None:
    """Every call, then the last."""
    async with leaky_clients(url, PATIENCE) as (plain, plain_async, gemini):
        client, tracked = track_openai(plain, session_id="s-1"), track_gemini(gemini, session_id="s-1")
        sides: tuple[tuple[Any, Any], ...] = (
            (client, OPENAI_CALLS),
            (track_openai(plain_async, session_id="s-1"), OPENAI_CALLS),
            (tracked, GEMINI_CALLS),
            (tracked.aio, GEMINI_CALLS),
        )
        for side, calls in sides:
            for call in calls.values():
                with suppress(Exception):
                    await finish(call(side))
        print(OVER, flush=True)
        sys.stdin.readline()
        await finish(OPENAI_CALLS["chat stream=True"](client))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout)
    logging.getLogger("tollbook_producers").setLevel(logging.DEBUG)
    asyncio.run(main(sys.argv[1]))
