"""Responses whose usage comes later than the answer to the request that began them.

Several workers may see such a response, so its event is made from nothing but what the provider says about it, under
an id derived from that: whoever sees it finished (a retrieve, a cancel, its stream) leaves the same event, and the
ledger keeps one. The call that began it stays open until this process sees it finished, and then ends as that event. A
process that ends before leaves the call as interrupted, with the flag `background`: whether anybody else saw it
finished, nobody can know.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tollbook_producers.call import OpenCall, leave_event
from tollbook_producers.facts import CallSpec
from tollbook_producers.normalize import Reader
from tollbook_producers.report import CallReport

MAX_OPEN = 10_000
MAX_REMEMBERED = 10_000

_BEGUN = CallReport(flags=("background",))


class OpenResponses:
    """Calls of this process whose responses are not finished, and the ids of those that it saw finished."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, str], tuple[OpenCall | None, CallSpec]] = OrderedDict()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def hold(self, response_id: str, call: OpenCall, spec: CallSpec) -> None:
        """Keep a call open. Beyond the bound the oldest ends without usage."""
        call.progress(_BEGUN)
        oldest = None
        with self._lock:
            self._open[spec.provider, response_id] = call, spec
            if len(self._open) > MAX_OPEN:
                oldest = self._open.popitem(last=False)[1][0]
        if oldest is not None:
            oldest.end(_BEGUN)

    def finished(self, spec: CallSpec, report: CallReport, call: OpenCall | None = None) -> None:
        """Somebody saw an object that is over: its event, once a process. `call` is what began it, if that is known."""
        report = replace(report, request_id=report.identity, attempts=None)  # what one worker alone would say
        key = spec.provider, report.identity or ""
        with self._lock:
            is_new = key not in self._seen
            self._seen[key] = None
            if len(self._seen) > MAX_REMEMBERED:
                self._seen.popitem(last=False)
            call, spec = self._open.pop(key, (call, spec))
        if call is not None:
            call.end_as(shared(spec, report), report)
        elif is_new:
            leave_event(shared(spec, report), report)


open_responses = OpenResponses()


def shared(spec: CallSpec, report: CallReport) -> CallSpec:
    """The spec that all workers agree on: the model is the one that the provider names."""
    return CallSpec(spec.provider, report.response_model or spec.model, spec.attribution)


class ResponseIds:
    """A reader that also notes the id of the response it reads."""

    def __init__(self, reader: Reader) -> None:
        self.markers = reader.markers
        self.response_id: str | None = None
        self._reader = reader
        self.report = reader.report

    def feed(self, message: object) -> None:
        """A response, or an event of its stream."""
        self._reader.feed(message)
        if self.response_id is None:
            self.response_id = _id_of(message)


def _id_of(message: object) -> str | None:
    inner: Any = message.get("response", message) if isinstance(message, Mapping) else None
    found = inner.get("id") if isinstance(inner, Mapping) else None
    return found if isinstance(found, str) else None
