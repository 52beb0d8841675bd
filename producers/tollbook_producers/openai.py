"""Track an OpenAI client in one line."""

from typing import TYPE_CHECKING, Literal, TypeVar, Unpack

from tollbook_producers import process
from tollbook_producers.attribution import AttributionFields, attribution

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

ClientT = TypeVar("ClientT", bound="OpenAI | AsyncOpenAI")


def track_openai(
    client: ClientT,
    *,
    provider: str | None = None,
    timeout: float | None = None,
    ask_usage: bool = True,
    realtime: Literal["session", "response"] | None = None,
    **fields: Unpack[AttributionFields],
) -> ClientT:
    """A client of the same type and connections whose calls are tracked; the given one is left alone.

    Takes OpenAI, AsyncOpenAI, their Azure kin and subclasses. Covers chat completions, completions, responses,
    embeddings, audio, images and batches, however they are asked for: `create`, `parse`, `stream=True`, `.stream()`,
    `with_raw_response`, `with_streaming_response`, and `with_options()` copies. Every other request passes untouched.

    `provider` is who bills: by default `azure` for Azure clients and hosts, `xai` for api.x.ai, `gemini` for Google's
    OpenAI-compatible host, else `openai`. Name it for gateways.

    `timeout` is a total in seconds for one call, its retries, pauses and stream included, upon which the request is
    cut off and the SDK's APITimeoutError raised; without it the SDK's own timeouts hold, which are per read.

    `ask_usage`: a streamed (chat) completion reports its usage only where `stream_options` asks for it. Where the
    caller's says neither yes nor no it is asked for, and the chunk that carries nothing else is kept from the caller.

    `realtime`: a session of `client.realtime` or `client.beta.realtime` leaves one event, the sum of its responses,
    when it ends (`session`, the default), or one for each `response`. Either way each transcription of what the user
    said leaves one under the model that transcribes, with the use case `alvia_transcription`.

    A batch leaves one event for all its requests when a retrieve, cancel or list shows it done, a background response
    one when it is seen finished; several workers that see the same leave the same event, and the ledger keeps one.

    Raises UnsupportedClientError for any other client, UnenforceableTimeoutError for a timeout on a synchronous client
    with an HTTP transport of your own, TypeError for an attribution that no event has. With
    LLM_USAGE_TRACKING_ENABLED=false the client is returned as it is.
    """
    given = attribution(fields)
    from tollbook_producers.wrap_openai.opening import Tracking  # noqa: PLC0415  # openai is an optional package
    from tollbook_producers.wrap_openai.wrapping import tracked_client  # noqa: PLC0415

    if not process.tracking_enabled():
        return client
    return tracked_client(client, Tracking(provider, timeout, ask_usage, given, realtime))
