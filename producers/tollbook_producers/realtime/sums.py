"""The usage of a session: the exact sum of what its responses reported."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tollbook_producers.report import CallReport
from tollbook_schemas import LLMUsageStatus, NormalizedTokenUsage
from tollbook_schemas.usage import USAGE_FIELDS

MAX_FLAGS = 14  # an event has 16, and the session may add two of its own
MORE_FLAGS = "more_flags"
PARTLY_REPORTED = "counts_partly_reported"
WITHOUT_USAGE = "responses_without_usage"
FAILED = "responses_failed"


class SessionSum:
    """Adds up reports. A count is null only where none of them had it; counts, seconds and amounts stay exact."""

    def __init__(self) -> None:
        self._totals: dict[str, Any] = {}
        self._reported: Counter[str] = Counter()
        self._with_usage = 0
        self._flags: dict[str, None] = {}
        self._raw: list[Mapping[str, Any] | None] = []
        self._tiers: set[str | None] = set()
        self._failure: CallReport | None = None

    @property
    def is_reported(self) -> bool:
        """Whether any of the reports had usage."""
        return self._with_usage > 0

    @property
    def failure(self) -> CallReport | None:
        """The last response that did not come to its end."""
        return self._failure

    def add(self, report: CallReport) -> None:
        """Take in one more report."""
        for name in USAGE_FIELDS:
            value = getattr(report.usage, name)
            if value is not None:
                self._totals[name] = self._totals.get(name, 0) + value
                self._reported[name] += 1
        self._with_usage += report.usage.is_reported
        self._flag(*report.usage.flags, *report.flags, *self._flags_of(report))
        self._tiers.add(report.service_tier)
        self._raw = [*self._raw, report.raw_usage][:2]

    def usage(self) -> NormalizedTokenUsage:
        """The sums; not validated here, because the event is, field by field."""
        flags = (*self._flags, PARTLY_REPORTED) if self._is_partial() else tuple(self._flags)
        return NormalizedTokenUsage.model_construct(**self._totals, flags=_bounded(flags))

    @property
    def raw_usage(self) -> dict[str, Any] | None:
        """The only response's usage object; of several there is none that says it all."""
        return dict(self._raw[0]) if len(self._raw) == 1 and self._raw[0] is not None else None

    @property
    def service_tier(self) -> str | None:
        """The tier that served all of them, None where there were several."""
        return next(iter(self._tiers)) if len(self._tiers) == 1 else None

    def _flags_of(self, report: CallReport) -> tuple[str, ...]:
        flags = () if report.usage.is_reported else (WITHOUT_USAGE,)
        if report.status not in (LLMUsageStatus.ERROR, LLMUsageStatus.TIMEOUT):
            return flags
        self._failure = report
        return (*flags, FAILED)

    def _flag(self, *flags: str) -> None:
        for flag in flags:
            if len(self._flags) <= MAX_FLAGS:
                self._flags[flag] = None

    def _is_partial(self) -> bool:
        return any(count < self._with_usage for count in self._reported.values())


def _bounded(flags: tuple[str, ...]) -> tuple[str, ...]:
    return flags if len(flags) <= MAX_FLAGS else (*flags[: MAX_FLAGS - 1], MORE_FLAGS)
