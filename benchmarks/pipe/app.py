"""An app worker in a process of its own: makes tracked calls at the rate that standard input says.

It reads a line with calls a second whenever that changes, prints how many calls it has made, and ends with its input.
The calls are `tracked_call` around a function that answers at once: a provider's SDK would take most of a core.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from tollbook_producers import CallReport, flush, publisher_stats, tracked_call, usage_report

TICK_SECONDS = 0.005
TELL_SECONDS = 0.1
AT_ONCE_SECONDS = 0.25
"""What could not be made in time is not made up for beyond this: the rate was not kept then, and the count says so."""
FLUSH_SECONDS = 120


class Rate:
    """Calls a second as the last line of standard input says; `ended` is set with the input's end."""

    def __init__(self) -> None:
        self.calls_s = 0.0
        self.ended = Event()
        Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        for line in sys.stdin:
            self.calls_s = float(line)
        self.ended.set()


def calls() -> Iterator[Callable[[], object]]:
    """Calls of usual size, one after the other: a few hundred combinations of the dimensions."""
    choose = random.Random(1)  # noqa: S311  # figures of a benchmark, no secrets
    number = 0
    while True:
        number += 1
        yield _call(number, choose.randrange(500, 9000), choose.randrange(20, 900))


def _call(number: int, prompt: int, completion: int) -> Callable[[], object]:
    def make() -> object:
        return tracked_call(
            lambda: (prompt, completion),
            provider="openai",
            model="gpt-4.1-mini",
            extract=_report,
            use_case="barbara_analysis",
            workspace_id=f"ws_{number % 20:08x}",
            project_id=f"proj_{number % 200:08x}",
            template_id=f"tpl_{number % 50:08x}",
            collection_id=f"col_{number % 100:08x}",
            session_id=f"sess_{number // 10:012x}",
            environment="production",
        )

    return make


def _report(counts: tuple[int, int]) -> CallReport:
    prompt, completion = counts
    raw: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        "completion_tokens_details": {"audio_tokens": 0, "reasoning_tokens": 0},
    }
    return usage_report(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        cached_prompt_tokens=0,
        reasoning_tokens=0,
        raw_usage=raw,
        response_model="gpt-4.1-mini-2025-04-14",
        request_id=f"req_{uuid4().hex}",
        service_tier="default",
        attempts=1,
    )


def main() -> None:
    """Make calls until the input ends; the last line says how many were delivered."""
    rate, made, due = Rate(), 0, 0.0
    of_usual_size = calls()
    before = told = time.monotonic()
    while not rate.ended.wait(TICK_SECONDS):
        now = time.monotonic()
        due = min(due + rate.calls_s * (now - before), rate.calls_s * AT_ONCE_SECONDS)
        before = now
        for _ in range(int(due)):
            next(of_usual_size)()
            made, due = made + 1, due - 1
        if now - told >= TELL_SECONDS:
            print(made, flush=True)
            told = now
    flush(FLUSH_SECONDS)
    stats = publisher_stats()
    print(made, flush=True)
    if stats.delivered != made:
        sys.exit(f"{made} calls were made and {stats.delivered} delivered")


if __name__ == "__main__":
    main()
