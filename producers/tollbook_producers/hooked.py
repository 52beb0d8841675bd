"""Objects of an SDK's own type with a few methods of ours before the SDK's."""

from typing import Any

_types: dict[tuple[type[Any], type[Any]], type[Any]] = {}


def copy_as(hook: type[Any], original: Any) -> Any:
    """A shallow copy of an object, its class the hook's and its own."""
    copy = object.__new__(hooked_type(hook, type(original)))
    copy.__dict__.update(original.__dict__)
    return copy


def hooked_type(hook: type[Any], kind: type[Any]) -> type[Any]:
    """The class with the hook before it, under its own name, made once; one that has the hook is returned as it is."""
    if issubclass(kind, hook):
        return kind
    known = _types.get((hook, kind))
    if known is None:
        body = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
        known = _types[(hook, kind)] = type(kind.__name__, (hook, kind), body)
    return known
