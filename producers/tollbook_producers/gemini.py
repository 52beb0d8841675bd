"""Track a google-genai client in one line."""

from typing import TYPE_CHECKING, TypeVar, Unpack

from tollbook_producers import process
from tollbook_producers.attribution import AttributionFields, attribution

if TYPE_CHECKING:
    from google.genai import Client

ClientT = TypeVar("ClientT", bound="Client")


def track_gemini(client: ClientT, *, timeout: float | None = None, **fields: Unpack[AttributionFields]) -> ClientT:
    """A client of the same type and connections whose content generation is tracked; the given one is left alone.

    Covers `models.generate_content` and `chats`, synchronous. Each request of automatic function calling, and each
    continuation, is a call of its own; they share an `operation_id`, made up where the attribution names none.
    Streams, `aio` and every other method pass through untracked and untouched.

    `timeout` is a total in seconds for each request, upon which it raises the HTTP library's ReadTimeout, the SDK's
    own timeout exception. Pauses between retries (`HttpRetryOptions`, off by default) are the SDK's and come on top.
    Vertex clients with certificate-bound tokens send through another library, where only `http_options` times out.

    Raises UnsupportedClientError for anything but a google.genai.Client, UnenforceableTimeoutError for a timeout with
    an HTTP transport of your own, TypeError for an attribution that no event has. With
    LLM_USAGE_TRACKING_ENABLED=false the client is returned as it is.
    """
    given = attribution(fields)
    from tollbook_producers.gemini_client import tracked_client  # noqa: PLC0415  # google-genai is an optional package

    return tracked_client(client, timeout, given) if process.tracking_enabled() else client
