"""Start tracking a session, if it is to be tracked."""

from collections.abc import Callable

from tollbook_producers import process
from tollbook_producers.context import attribution_over, is_tracked_outside
from tollbook_producers.facts import CallSpec
from tollbook_producers.log import warn_once
from tollbook_producers.normalize import session_reader_for
from tollbook_producers.realtime.gemini_wire import GeminiWire
from tollbook_producers.realtime.heard import Known
from tollbook_producers.realtime.openai_wire import OpenAIWire
from tollbook_producers.realtime.per_response import OneEventAResponse
from tollbook_producers.realtime.per_session import OneEventASession
from tollbook_producers.realtime.session import Session
from tollbook_producers.realtime.transcriptions import Transcriptions


def begin_openai(spec: CallSpec, *, per_response: bool) -> Session | None:
    """A session of the OpenAI-shaped realtime protocol; None where it is not to be tracked. Never raises.

    What the contexts around the caller say goes before the attribution of `spec`.
    """
    return _guarded(spec, lambda spec: _openai(spec, per_response=per_response))


def begin_gemini(spec: CallSpec) -> Session | None:
    """A session of Gemini Live, as `begin_openai`."""
    return _guarded(spec, _gemini)


def _openai(spec: CallSpec, *, per_response: bool) -> Session:
    shape = "xai" if spec.provider == "xai" else "openai"  # a gateway's or a cloud's sessions are OpenAI's
    reader, known = session_reader_for(shape, "realtime"), Known()
    events = OneEventAResponse(spec, known) if per_response else OneEventASession(spec, known)
    return Session(OpenAIWire(), reader, events, known, Transcriptions(spec.provider, spec.attribution, known))


def _gemini(spec: CallSpec) -> Session:
    reader, known = session_reader_for("gemini", "live"), Known()
    events = OneEventASession(spec, known, turns_are_calls=True)
    return Session(GeminiWire(), reader, events, known, Transcriptions(spec.provider, spec.attribution, known))


def _guarded(spec: CallSpec, make: Callable[[CallSpec], Session]) -> Session | None:
    if is_tracked_outside() or not process.tracking_enabled():
        return None
    try:
        return make(CallSpec(spec.provider, spec.model, attribution_over(spec.attribution)))
    except Exception as error:  # noqa: BLE001  # tracking never raises into a call
        warn_once("a realtime session is not tracked", error)
        return None
