"""Several usage reports as one: the turns of a session, the requests of a batch."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tollbook_producers.normalize.report import MAX_COUNT, MAX_FLAGS
from tollbook_schemas import NormalizedTokenUsage
from tollbook_schemas.usage import SECONDS_FIELDS, TOKEN_FIELDS, UNIT_FIELDS

_COUNTS = (*TOKEN_FIELDS, *UNIT_FIELDS)
_DECIMALS = (*SECONDS_FIELDS, "provider_cost_usd")


def sum_usage(usages: Iterable[NormalizedTokenUsage]) -> NormalizedTokenUsage:
    """The sum, field by field; a field that none of them reported stays null. Flags are united.

    A sum beyond what an event can hold becomes null and is flagged `<name>_invalid`.
    """
    fields: dict[str, Any] = {}
    flags: dict[str, None] = {}
    for usage in usages:
        flags |= dict.fromkeys(usage.flags)
        for name in (*_COUNTS, *_DECIMALS):
            if (value := getattr(usage, name)) is not None:
                fields[name] = fields.get(name, 0) + value
    for name in [name for name in fields if fields[name] > _limit(name)]:
        del fields[name]
        flags[f"{name}_invalid"] = None
    return NormalizedTokenUsage(**fields, flags=tuple(flags)[:MAX_FLAGS])


def _limit(name: str) -> int | Decimal:
    return _LIMITS.get(name, MAX_COUNT)


_LIMITS = {**dict.fromkeys(SECONDS_FIELDS, 10**7), "provider_cost_usd": 10**5}
