"""Where the SDKs' billable calls pass, and what they are. Names no SDK's module but by its name: none is imported here.

A test fails when an SDK renames one of these. Parameters have the names that the SDKs give them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tollbook_producers.normalize import gemini_surface, openai_surface

Tell = Callable[..., tuple[str, str | None]]
"""Provider and surface of a call, given its arguments; None where nobody bills for it."""


@dataclass(frozen=True, slots=True)
class Door:
    """A method that calls pass. `needed` is false where not every supported version of the SDK has it."""

    owner: str
    method: str
    tell: Tell
    needed: bool = True


def _openai_request(client: Any, cast_to: object, options: Any, **_: object) -> tuple[str, str | None]:  # noqa: ARG001
    return _provider_of(client), openai_surface(options.method, options.url)


def _openai_session(surface: str) -> Tell:
    return lambda resource, **_: (_provider_of(resource._client), surface)


def _gemini_request(_client: object, http_method: str, path: str, *_: object, **__: object) -> tuple[str, str | None]:
    return "gemini", gemini_surface(http_method, path)


def _gemini_second_client(
    _sdk: object,
    hook_ctx: object,  # noqa: ARG001
    request: Any,
    *_: object,
    **__: object,
) -> tuple[str, str | None]:
    return "gemini", gemini_surface(request.method, str(request.url))


def _gemini_session(surface: str) -> Tell:
    return lambda *_, **__: ("gemini", surface)


def _provider_of(client: Any) -> str:
    return "xai" if client.base_url.host == "api.x.ai" else "openai"


def _pair(owners: tuple[str, str], surface: str, *, needed: bool) -> tuple[Door, ...]:
    return tuple(Door(owner, "connect", _openai_session(surface), needed) for owner in owners)


DOORS: Mapping[str, tuple[Door, ...]] = {
    "openai._base_client": (
        Door("SyncAPIClient", "request", _openai_request),
        Door("AsyncAPIClient", "request", _openai_request),
    ),
    "openai.resources.realtime.realtime": _pair(("Realtime", "AsyncRealtime"), "realtime", needed=True),
    "openai.resources.beta.realtime.realtime": _pair(("Realtime", "AsyncRealtime"), "realtime", needed=False),
    "openai.resources.realtime.translations.translations": _pair(
        ("Translations", "AsyncTranslations"), "realtime.translations", needed=False
    ),
    "openai.resources.responses.responses": _pair(("Responses", "AsyncResponses"), "responses", needed=False),
    "openai.resources.beta.responses.responses": _pair(("Responses", "AsyncResponses"), "responses", needed=False),
    "openai.resources.live.live": _pair(("Live", "AsyncLive"), "live", needed=False),
    "google.genai._api_client": tuple(
        Door("BaseApiClient", method, _gemini_request)
        for method in ("request", "request_streamed", "async_request", "async_request_streamed")
    ),
    "google.genai._gaos.basesdk": (
        Door("BaseSDK", "do_request", _gemini_second_client, needed=False),
        Door("AsyncBaseSDK", "do_request_async", _gemini_second_client, needed=False),
    ),
    "google.genai.live": (Door("AsyncLive", "connect", _gemini_session("live")),),
    "google.genai.live_music": (Door("AsyncLiveMusic", "connect", _gemini_session("live.music")),),
}
"""By the module that has them."""
