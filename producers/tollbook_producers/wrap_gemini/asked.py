"""What a request asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tollbook_producers.normalize import gemini_surface
from tollbook_producers.read import text

Kind = Literal["call", "begin", "look"]
"""A call; one that begins an object which is done later; a look at such an object."""

_UNKNOWN = "unknown"
_FOLDERS = ("/models/", "/tunedModels/", "/endpoints/")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that somebody bills for. `body` is its JSON, empty where there is none."""

    surface: str
    kind: Kind
    model: str
    body: Mapping[str, Any]


def surface_of(method: str, url: str) -> str | None:
    """The surface of a request; None for what nobody bills for, as the creation of a batch: its end is billed."""
    path, is_post = url.partition("?")[0], method.upper() == "POST"
    if is_post and path.endswith("/decisions"):
        return "interactions"  # which they are answered like
    surface = gemini_surface(method, path)
    return None if is_post and surface == "batches" else surface


def asked(surface: str, method: str, url: str, body: Mapping[str, Any]) -> Asked:
    """A request of this surface."""
    path = url.partition("?")[0]
    return Asked(surface, _kind(surface, method, path, body), _model(path, body), body)


def _kind(surface: str, method: str, path: str, body: Mapping[str, Any]) -> Kind:
    if method.upper() != "POST" or path.endswith(":fetchPredictOperation"):
        return "look"
    return "begin" if surface == "models.generate_videos" or body.get("background") is True else "call"


def _model(path: str, body: Mapping[str, Any]) -> str:
    """The model, or the agent, without the folders that the API puts models in."""
    resource, colon, _ = path.rpartition(":")
    for folder in _FOLDERS:
        if colon and folder in resource:
            name = resource.rpartition(folder)[2]
            return name if folder == "/models/" else folder[1:] + name
    named = text(body.get("model")) or text(body.get("agent"))
    return _UNKNOWN if named is None else named.rpartition("models/")[2]
