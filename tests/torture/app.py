"""`python -m torture.app FOLDER`: an app worker that makes tracked and wrapped calls and writes each one down.

While the file `pause` is in FOLDER it makes one call a thread and no more; its notebooks are in FOLDER/calls. SIGTERM
ends it in order.
"""

import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from openai import OpenAI

from support.provider_answers import chat_answer
from support.provider_server import Asked, ProviderServer, Reply
from tollbook_producers import CallReport, track_openai, tracked_call, usage_report
from torture.calls import Call, Notebook, random_call
from torture.failpoints import arm_from_environment

TRACKED_THREADS = 3
CALL_SECONDS = 0.006
"""What a provider takes; it bounds the load."""
PAUSE_SECONDS = 0.1

Make = Callable[[Notebook, Call], None]


class ProviderError(Exception):
    """What a provider raised."""


class Provider:
    """The wrapped client's provider: it answers with the usage that the call, named in the request, is to have."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[Notebook, Call]] = {}

    def reply(self, asked: Asked) -> Reply:
        """The answer, or an error."""
        book, call = self.asked.pop(asked.body["user"])
        book.began(call)
        if call.outcome == "error":
            return Reply({"error": {"message": "no"}}, status=400)
        return Reply(chat_answer(_usage(call) if call.outcome == "success" else None))


def _usage(call: Call) -> dict[str, int]:
    return {
        "prompt_tokens": call.prompt,
        "completion_tokens": call.completion,
        "total_tokens": call.prompt + call.completion,
    }


def track(stop: threading.Event, book: Notebook, call: Call) -> None:
    """A call by `tracked_call`."""

    def provider() -> Call:
        book.began(call)
        stop.wait(CALL_SECONDS)
        if call.outcome == "error":
            raise ProviderError
        return call

    tracked_call(
        provider,
        provider="openai",
        model=call.model,
        extract=_report if call.outcome == "success" else None,
        project_id=call.project,
        session_id=call.session,
        use_case=call.use_case,
        operation_id=call.name,
    )


def _report(call: Call) -> CallReport:
    return usage_report(prompt_tokens=call.prompt, completion_tokens=call.completion)


def wrap(provider: Provider, client: OpenAI, book: Notebook, call: Call) -> None:
    """A call by a wrapped client."""
    provider.asked[call.name] = (book, call)
    tracked = track_openai(
        client,
        project_id=call.project,
        session_id=call.session,
        use_case=call.use_case,
        operation_id=call.name,
    )
    tracked.chat.completions.create(model=call.model, user=call.name, messages=[{"role": "user", "content": "?"}])


def make_calls(make: Make, folder: Path, stop: threading.Event) -> None:
    """Calls of one thread, one after the other.

    The first one in any case: a worker delivers what dead ones left from its first call on, and not before.
    """
    book, number = Notebook(folder / "calls"), 0
    random, pause = Random(book.name), folder / "pause"
    while not stop.wait(CALL_SECONDS):
        if number and pause.exists():
            stop.wait(PAUSE_SECONDS)
            continue
        number += 1
        call = random_call(random, f"{book.name}-{number}")
        book.planned(call)
        try:
            make(book, call)
        except Exception:  # noqa: BLE001 - errors of the provider, each wrapped client has its own
            assert call.outcome == "error", call
        book.ended(call)


def main(folder: Path) -> None:
    """Threads until SIGTERM; then what is open ends, and the product flushes at exit."""
    stop, provider = threading.Event(), Provider()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with ProviderServer(provider.reply) as server:
        client = OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)
        makers: list[Make] = [partial(track, stop) for _ in range(TRACKED_THREADS)]
        makers.append(partial(wrap, provider, client))
        threads = [threading.Thread(target=make_calls, args=(make, folder, stop)) for make in makers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    arm_from_environment()
    main(Path(sys.argv[1]))
