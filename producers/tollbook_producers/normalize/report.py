"""The figures of one usage report while it is being read: canonical counts and what had to be mended."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tollbook_schemas import NormalizedTokenUsage

MAX_COUNT = 10**10
MAX_SECONDS = 10**7
MAX_FLAGS = 16
_MORE = "more_flags"
_OBJECT = (dict, Mapping)  # a dict is told much faster
_NO_FIELDS: Mapping[str, object] = {}


class Report:
    """Canonical counts by name. What is malformed becomes null and is flagged `<name>_invalid`."""

    __slots__ = ("_flags", "counts", "others")

    def __init__(self) -> None:
        self.counts: dict[str, int | None] = {}
        self.others: dict[str, Decimal] = {}
        self._flags: dict[str, None] = {}

    def flag(self, flag: str) -> None:
        """Name something that was mended."""
        self._flags[flag] = None

    def read(self, source: Mapping[str, object], key: str, name: str) -> int | None:
        """The count under `key`: an integer, or None where it is absent or malformed."""
        value = source.get(key)
        if type(value) is int and 0 <= value <= MAX_COUNT:  # a bool is no count
            return value
        if value is not None:
            self.flag(f"{name}_invalid")
        return None

    def take(self, source: Mapping[str, object], names: Iterable[tuple[str, str]]) -> None:
        """Read counts, given as (key, canonical name), and keep those that are there."""
        counts = self.counts
        for key, name in names:
            value = source.get(key)
            if type(value) is int and 0 <= value <= MAX_COUNT:
                counts[name] = value
            elif value is not None:
                self.flag(f"{name}_invalid")

    def take_seconds(self, source: Mapping[str, object], key: str, name: str) -> None:
        """Read a duration in seconds and keep it."""
        value = source.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_SECONDS:
            self.others[name] = Decimal(str(value))
        elif value is not None:
            self.flag(f"{name}_invalid")

    def object_at(self, source: Mapping[str, object], key: str, flag: str) -> Mapping[str, object]:
        """The object under `key`, empty where it is absent or malformed."""
        value = source.get(key)
        if isinstance(value, _OBJECT):
            return value
        if value is not None:
            self.flag(flag)
        return _NO_FIELDS

    def list_at(self, source: Mapping[str, object], key: str, flag: str) -> Sequence[object] | None:
        """The array under `key`, None where it is absent or malformed."""
        value = source.get(key)
        if value is None or isinstance(value, list):
            return value
        self.flag(flag)
        return None

    def usage(self) -> NormalizedTokenUsage:
        """The report as the contract's model."""
        fields: dict[str, Any] = {**self.counts, **self.others}
        if self._flags:
            fields["flags"] = self.flags
        return NormalizedTokenUsage.model_validate(fields)

    @property
    def flags(self) -> tuple[str, ...]:
        """What was mended."""
        return _few(tuple(self._flags))


def no_usage(usage: object) -> NormalizedTokenUsage:
    """Nothing was reported; something that is no object at all is flagged."""
    return NormalizedTokenUsage(flags=() if usage is None else ("usage_invalid",))


def _few(flags: tuple[str, ...]) -> tuple[str, ...]:
    return (*flags[: MAX_FLAGS - 1], _MORE) if len(flags) > MAX_FLAGS else flags
