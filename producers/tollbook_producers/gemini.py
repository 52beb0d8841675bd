"""Track a google-genai client in one line."""

from typing import TYPE_CHECKING, TypeVar, Unpack

from tollbook_producers import process
from tollbook_producers.attribution import AttributionFields, attribution

if TYPE_CHECKING:
    from google.genai import Client

ClientT = TypeVar("ClientT", bound="Client")


def track_gemini(client: ClientT, *, timeout: float | None = None, **fields: Unpack[AttributionFields]) -> ClientT:
    """A client of the same type and connections whose billable requests are tracked; the given one is left alone.

    Covers `models` (content, embeddings, images, videos; streams too), `chats`, `caches.create`, `interactions`,
    `decisions` and batches, and the same of `aio`, with `aio.live`; on the Developer API and on Vertex. Each request is
    a call: every hop of automatic function calling and every continuation, which share an `operation_id`, made up
    where the attribution names none. The SDK's hidden retries are the `attempts` of one call.

    A batch is one event, left when `batches.get` finds it done. A background interaction and a video are calls that
    stay open until this process sees them done; a process that ends before leaves them as interrupted, flagged
    `background`. Uploads, `count_tokens` and other requests that nobody bills for are not tracked.

    `timeout` is a total in seconds for each request, its stream included, past which it is cancelled and raises the
    SDK's own timeout: ReadTimeout of the HTTP library, the builtin TimeoutError with aiohttp, APITimeoutError for
    interactions. Of a synchronous client's retries, one that is pausing for an interaction, or that has
    `retry_options` of its request's own, ends its pause first. Vertex clients with certificate-bound tokens send
    synchronous requests through another library, where only `http_options` times out.

    Raises UnsupportedClientError for anything but a google.genai.Client, UnenforceableTimeoutError for a timeout with
    an HTTP transport of your own, TypeError for an attribution that no event has. With
    LLM_USAGE_TRACKING_ENABLED=false the client is returned as it is.
    """
    given = attribution(fields)
    from tollbook_producers.wrap_gemini.client import tracked_client  # noqa: PLC0415  # google-genai is an optional package

    return tracked_client(client, timeout, given) if process.tracking_enabled() else client
