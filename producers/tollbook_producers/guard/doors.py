"""Watch the SDKs' doors while somebody listens. An SDK that the app does not use is never imported."""

import importlib.util
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from tollbook_producers.context import is_tracked_outside
from tollbook_producers.guard.allowed import is_allowed
from tollbook_producers.guard.place import Place, calling_place
from tollbook_producers.guard.sdks import DOORS, Tell
from tollbook_producers.log import warn_once
from tollbook_producers.process import tracking_enabled
from tollbook_producers.same_kind import AS_IT_IS, Around, decorated

Listener = Callable[[str, str, Place], None]
"""Told provider, surface and the app's line of each untracked call, in the thread that makes it."""

_listeners: list[Listener] = []
_lock = threading.Lock()
_MARK = "_tollbook_watched"


def listen(listener: Listener) -> None:
    """Tell of every untracked call from now on."""
    with _lock:
        _listeners.append(listener)
        if len(_listeners) == 1:
            sys.meta_path.insert(0, _FINDER)
            for name in DOORS:
                if name in sys.modules:
                    _watch(sys.modules[name])


def unlisten(listener: Listener) -> None:
    """Tell no more. With the last listener the SDKs are as they were."""
    with _lock:
        _listeners.remove(listener)
        if not _listeners:
            sys.meta_path.remove(_FINDER)
            for name in DOORS:
                if name in sys.modules:
                    _unwatch(sys.modules[name])


class _Finder(MetaPathFinder):
    """Watches an SDK's module as soon as somebody imports it."""

    def __init__(self) -> None:
        self._finding = threading.local()

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in DOORS or getattr(self._finding, "name", None) == fullname:
            return None
        self._finding.name = fullname
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._finding.name = None
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = _then_watch(spec.loader.exec_module)  # type: ignore[method-assign, assignment]  # of this one loader
        return spec


_FINDER = _Finder()


def _then_watch(execute: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    def execute_and_watch(module: ModuleType) -> None:
        execute(module)
        try:
            with _lock:
                if _listeners:
                    _watch(module)
        except Exception as error:  # noqa: BLE001  # watching never breaks an import
            warn_once("an SDK could not be watched", error)

    return execute_and_watch


def _watch(module: ModuleType) -> None:
    for door in DOORS.get(module.__name__, ()):
        owner = getattr(module, door.owner, None)
        original = None if owner is None else owner.__dict__.get(door.method)
        if original is not None and not hasattr(original, _MARK):
            watched = decorated(original, _watching(door.tell))
            setattr(watched, _MARK, original)
            setattr(owner, door.method, watched)
        elif original is None and door.needed:
            warn_once(f"{module.__name__}.{door.owner}.{door.method} is gone, its calls are not watched")


def _unwatch(module: ModuleType) -> None:
    for door in DOORS[module.__name__]:
        owner = getattr(module, door.owner, None)
        watched = None if owner is None else owner.__dict__.get(door.method)
        if hasattr(watched, _MARK):
            setattr(owner, door.method, getattr(watched, _MARK))


def _watching(tell: Tell) -> Callable[..., Around]:
    def watching(client: Any, *args: Any, **kwargs: Any) -> Around:
        try:
            if not (getattr(type(client), "_tollbook_tracked", False) or _is_covered()):
                _found(*tell(client, *args, **kwargs))
        except Exception as error:  # noqa: BLE001  # watching never raises into a call
            warn_once("a call could not be checked for whether it is tracked", error)
        return AS_IT_IS

    return watching


def _is_covered() -> bool:
    return is_tracked_outside() or is_allowed() or not tracking_enabled()


def _found(provider: str, surface: str | None) -> None:
    if surface is not None:
        place = calling_place()
        for listener in tuple(_listeners):
            listener(provider, surface, place)
