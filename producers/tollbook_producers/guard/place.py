"""The app's own line behind a call that an SDK makes."""

import asyncio
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from inspect import iscoroutine
from pathlib import Path
from types import FrameType

Place = tuple[str, int]
"""A file's path and a line."""

UNKNOWN: Place = ("a thread that was started straight into an SDK", 0)

_PACKAGES = ("site-packages", "dist-packages")
_SDKS = tuple(f"{folder}/{name}/" for folder in _PACKAGES for name in ("openai", "google/genai"))
_OURS = str(Path(__file__).parent.parent)
_STDLIB = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")})


def calling_place() -> Place:
    """The innermost line outside SDKs, installed packages, the standard library and this package.

    Where there is none, the line that made the task; then that of an installed package that uses the SDK.
    """
    frames = list(_frames())
    tasks = next((index for index, (file, _) in enumerate(frames) if _is_event_loop(file)), len(frames))
    for candidates in (frames[:tasks], _origin_of_task(), frames[tasks:]):
        found = next((place for place in candidates if _is_apps(place[0])), None)
        if found is not None:
            return found
    return next((place for place in frames if _is_packages(place[0])), UNKNOWN)


def _frames() -> Iterator[Place]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame.f_code.co_filename.replace("\\", "/"), frame.f_lineno
        frame = frame.f_back


def _origin_of_task() -> Iterable[Place]:
    """Where the current task's coroutine was made; known while origins are followed."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop in this thread
        return ()
    coroutine = None if task is None else task.get_coro()
    origin = coroutine.cr_origin if iscoroutine(coroutine) else None
    return [(file, line) for file, line, _ in origin or ()]


def _is_event_loop(file: str) -> bool:
    return file.endswith(("/asyncio/events.py", "/asyncio/base_events.py"))


def _is_apps(file: str) -> bool:
    return _is_outside(file) and not any(folder in file for folder in _PACKAGES) and not file.startswith(_STDLIB)


def _is_packages(file: str) -> bool:
    return _is_outside(file) and any(folder in file for folder in _PACKAGES)


def _is_outside(file: str) -> bool:
    return not (file.startswith((_OURS, "<")) or any(sdk in file for sdk in _SDKS))
