"""Track an OpenAI client in one line."""

from typing import TYPE_CHECKING, TypeVar, Unpack

from tollbook_producers import process
from tollbook_producers.attribution import AttributionFields, attribution

if TYPE_CHECKING:
    from openai import OpenAI

ClientT = TypeVar("ClientT", bound="OpenAI")


def track_openai(
    client: ClientT, *, provider: str | None = None, timeout: float | None = None, **fields: Unpack[AttributionFields]
) -> ClientT:
    """A client of the same type and connections whose chat completions are tracked; the given one is left alone.

    Covers `chat.completions` `create`, `parse` and `with_raw_response`, also through `with_options()` copies. Streams
    (`stream=True`, `.stream()`, `with_streaming_response`) and every other endpoint pass through untracked and
    untouched. `provider` defaults to `xai` for api.x.ai, else `openai`.

    `timeout` is a total in seconds for one call, its retries and pauses included, upon which the call raises the SDK's
    APITimeoutError; without it the SDK's own timeouts hold, which are per read.

    Raises UnsupportedClientError for anything but a synchronous OpenAI client, UnenforceableTimeoutError for a timeout
    with an HTTP transport of your own, TypeError for an attribution that no event has. With
    LLM_USAGE_TRACKING_ENABLED=false the client is returned as it is.
    """
    given = attribution(fields)
    from tollbook_producers.openai_client import tracked_client  # noqa: PLC0415  # openai is an optional package

    return tracked_client(client, provider, timeout, given) if process.tracking_enabled() else client
