"""What a request of the SDK asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from tollbook_producers.normalize import openai_surface
from tollbook_producers.read import text

Kind = Literal["call", "background", "object", "page"]
"""A call; one whose answer comes later; a look at an object that calls left; a look at a page of such objects."""

_STREAMED_USAGE = ("chat.completions", "completions")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)  # made for every call: freezing would make it three times as slow
class Asked:
    """One request. `body` is the JSON that the caller sends, `stream` whether the SDK will read events."""

    kind: Kind
    surface: str
    model: str | None
    body: Mapping[str, Any]
    stream: bool

    @property
    def lacks_usage(self) -> bool:
        """Whether this is a stream that carries usage only on request, and the caller said neither yes nor no."""
        if self.surface not in _STREAMED_USAGE or self.body.get("stream") is not True:
            return False
        options = self.body.get("stream_options")
        return options is None or (isinstance(options, Mapping) and "include_usage" not in options)


def asked(options: Any, *, stream: bool) -> Asked | None:
    """What the SDK's request options ask for; None for what nobody bills for."""
    route = _route(options.method, options.url)
    if route is None:
        return None
    kind, surface = route
    body = _NOTHING if kind == "page" else _body(options)
    if kind == "call" and surface == "responses" and body.get("background") is True:
        kind = "background"
    return Asked(kind, surface, text(body.get("model")), body, stream)


@lru_cache(maxsize=512)
def _route(method: str, url: str) -> tuple[Kind, str] | None:
    """Kind and surface of a request, but that a call may turn out to be one in the background."""
    method, path = method.upper(), url.partition("?")[0].rstrip("/")
    if path.endswith("/batches"):  # creating one bills nothing: its requests are the calls, once they are done
        return ("page", "batches") if method == "GET" else None
    surface = openai_surface(method, path)
    if surface is None:
        return None
    is_object = surface == "batches" or method != "POST" or (surface == "responses" and path.endswith("/cancel"))
    return ("object" if is_object else "call"), surface


def with_usage(options: Any, body: Mapping[str, Any]) -> Any:
    """A copy of the options that asks for usage beside; nothing of the caller's is changed."""
    wanted = {"stream_options": {**(body.get("stream_options") or {}), "include_usage": True}}
    copied = options.model_copy()
    given, extra = copied.json_data, copied.extra_json
    if isinstance(extra, Mapping) and ("stream_options" in extra or not isinstance(given, Mapping)):
        copied.extra_json = {**extra, **wanted}  # which the SDK sends over the other
    else:
        copied.json_data = {**given, **wanted}
    return copied


def _body(options: Any) -> Mapping[str, Any]:
    given, extra = options.json_data, options.extra_json
    if extra is None and type(given) is dict:  # the usual request: to ask for a Mapping takes ten times as long
        return given
    if not isinstance(given, Mapping):
        return extra if isinstance(extra, Mapping) else _NOTHING
    return {**given, **extra} if isinstance(extra, Mapping) else given
