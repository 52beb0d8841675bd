"""The figures of one usage report while it is being read: canonical counts and what had to be mended."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tollbook_schemas import NormalizedTokenUsage

MAX_COUNT = 10**10
MAX_FLAGS = 16
_MORE = "more_flags"


class Report:
    """Canonical counts by name. What is malformed becomes null and is flagged `<name>_invalid`."""

    def __init__(self) -> None:
        self.counts: dict[str, int | None] = {}
        self.cost_usd: Decimal | None = None
        self._flags: dict[str, None] = {}

    def flag(self, flag: str) -> None:
        """Name something that was mended."""
        self._flags[flag] = None

    def read(self, source: Mapping[str, object], key: str, name: str) -> int | None:
        """The count under `key`: an integer, or None where it is absent or malformed."""
        value = source.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            self.flag(f"{name}_invalid")
            return None
        return value

    def take(self, source: Mapping[str, object], key: str, name: str) -> None:
        """Read a count and keep it under its canonical name."""
        self.counts[name] = self.read(source, key, name)

    def object_at(self, source: Mapping[str, object], key: str, flag: str) -> Mapping[str, object]:
        """The object under `key`, empty where it is absent or malformed."""
        value = source.get(key)
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.flag(flag)
        return {}

    def list_at(self, source: Mapping[str, object], key: str, flag: str) -> Sequence[object] | None:
        """The array under `key`, None where it is absent or malformed."""
        value = source.get(key)
        if value is None or isinstance(value, list):
            return value
        self.flag(flag)
        return None

    def usage(self) -> NormalizedTokenUsage:
        """The report as the contract's model."""
        flags = tuple(self._flags)
        if len(flags) > MAX_FLAGS:
            flags = (*flags[: MAX_FLAGS - 1], _MORE)
        return NormalizedTokenUsage.model_validate({**self.counts, "provider_cost_usd": self.cost_usd, "flags": flags})


def no_usage(usage: object) -> NormalizedTokenUsage:
    """Nothing was reported; something that is no object at all is flagged."""
    return NormalizedTokenUsage(flags=() if usage is None else ("usage_invalid",))
