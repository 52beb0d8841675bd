"""Transcriptions of what the user said: events of their own, under the model that transcribes."""

from dataclasses import replace

from tollbook_producers.attribution import Attribution, attribution, merge
from tollbook_producers.call import leave_event
from tollbook_producers.facts import CallSpec
from tollbook_producers.realtime.heard import Known
from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUseCase

UNKNOWN_MODEL = "unknown"
_USE_CASE = attribution({"use_case": LLMUseCase.ALVIA_TRANSCRIPTION.value})


class Transcriptions:
    """They are attributed as their session is, but for the use case, which is always the ledger's own."""

    def __init__(self, provider: str, attribution: Attribution, known: Known) -> None:
        self._provider = provider
        self._attribution = merge(attribution, _USE_CASE)
        self._known = known

    def leave(self, report: CallReport, model: str | None, item: str | None) -> None:
        """One transcription is over. The model is the one that was last asked for; no provider says which answered."""
        model = self._known.transcription_model or model or UNKNOWN_MODEL
        report = replace(report, request_id=report.request_id or item, response_model=None)
        leave_event(CallSpec(self._provider, model, self._attribution), report)
