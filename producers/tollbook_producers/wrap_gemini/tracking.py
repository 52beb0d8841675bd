"""What a tracked client tracks with."""

import time
from dataclasses import dataclass

from google.genai import Client

from tollbook_producers import process
from tollbook_producers.attribution import Attribution
from tollbook_producers.context import attribution_over, is_tracked_outside
from tollbook_producers.facts import CallSpec
from tollbook_producers.log import warn_once
from tollbook_producers.normalize import UnknownSurfaceError, reader_for
from tollbook_producers.normalize.reader import Reader
from tollbook_producers.wrap_gemini.asked import Asked
from tollbook_producers.wrap_gemini.call import WireCall
from tollbook_producers.wrap_gemini.endings import Begin, Call, Ending, Look, Nothing
from tollbook_producers.wrap_gemini.hops import HopGroup


class Settling:
    """A context manager around the SDK's method for one request: the call is over when the method is."""

    __slots__ = ("call",)

    def __init__(self) -> None:
        self.call: WireCall | None = None

    def __enter__(self) -> "Settling":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self.call is None:
            return
        if error is None:
            self.call.settle()
        else:
            self.call.fail(error)


@dataclass(frozen=True, slots=True)
class Tracking:
    """The same for every request of a tracked client, but for the operation and the method they belong to.

    `timeout` is a total for a request, in seconds. `origin` is the client that was wrapped: it would close the
    connections when it is freed.
    """

    origin: Client
    timeout: float | None
    attribution: Attribution
    group: HopGroup | None = None
    settling: Settling | None = None

    def until(self) -> float | None:
        """When a request that starts now must be over, on the monotonic clock."""
        return None if self.timeout is None else time.monotonic() + self.timeout

    def begin(self, asked: Asked) -> WireCall:
        """A request starts. Never raises."""
        try:
            call = WireCall(self._ending(asked), _reader(asked), self.group)
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            process.recorder().lost(error)
            return WireCall(Nothing(), None, None)
        if self.settling is not None:
            self.settling.call, call.waits = call, True
        return call

    def _ending(self, asked: Asked) -> Ending:
        if is_tracked_outside() or not process.tracking_enabled():
            return Nothing()
        spec = CallSpec("gemini", asked.model, attribution_over(self.attribution))
        if asked.kind == "call":
            return Call(spec)
        return Begin(spec) if asked.kind == "begin" else Look(spec)


def _reader(asked: Asked) -> Reader | None:
    try:
        return reader_for("gemini", asked.surface, asked.body)
    except UnknownSurfaceError as error:
        warn_once(f"no reader for {asked.surface}: its calls are counted without usage", error)
        return None
