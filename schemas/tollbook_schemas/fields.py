"""Bounded field types of the contract. Every bound is part of event version 1: tightening one needs a new version."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints

MAX_IDENTIFIER = 200
MAX_LABEL = 64
MAX_USE_CASE = 100
MAX_PROVIDER = 64
MAX_COUNT = 10**10
MAX_CALLS = 10**6
MAX_SECONDS = 10**7
MAX_COST_USD = 10**5

CODE_PATTERN = r"^[A-Za-z0-9_.:/-]{1,64}$"
USE_CASE_PATTERN = r"^[a-z][a-z0-9_]*$"
PROVIDER_PATTERN = r"^[a-z][a-z0-9_.-]*$"
_NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f]+$"

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=MAX_IDENTIFIER, pattern=_NO_CONTROL_CHARACTERS)]
"""An id or a name that a caller chose: 1 to 200 characters, none of them a control character."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LABEL, pattern=_NO_CONTROL_CHARACTERS)]
"""A short name: an environment, a service tier, a tag's key."""

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
"""A word of an enumeration, such as an error type or a flag; it cannot hold prose."""

UseCase = Annotated[str, StringConstraints(max_length=MAX_USE_CASE, pattern=USE_CASE_PATTERN)]
"""A use case: one of `LLMUseCase`, or any other lower-case name."""

Provider = Annotated[str, StringConstraints(max_length=MAX_PROVIDER, pattern=PROVIDER_PATTERN)]
"""A provider's name in lower case, such as `openai`, `xai` or `gemini`."""

ImportId = Annotated[str, StringConstraints(pattern=r"^imp_[0-9a-f]{32}$")]
"""The id of an import; its form can never be mistaken for the stream `live`."""

Count = Annotated[int, Field(strict=True, ge=0, le=MAX_COUNT)]
"""A count of tokens, images or requests. The bound keeps a window's sums within 64 bits."""

CallCount = Annotated[int, Field(strict=True, ge=1, le=MAX_CALLS)]
"""How many calls an event stands for."""

Milliseconds = Annotated[int, Field(strict=True, ge=0, le=MAX_COUNT)]
"""A duration in milliseconds."""

_MILLISECOND = Decimal("0.001")
_COST_UNIT = Decimal("1e-10")


def hold_seconds(value: Decimal) -> Decimal:
    """To the millisecond, as `Seconds` are held."""
    return value.quantize(_MILLISECOND)


def hold_cost(value: Decimal) -> Decimal:
    """To 1e-10 USD, as `CostUsd` is held."""
    return value.quantize(_COST_UNIT)


def _plain(value: Decimal) -> str:
    """Without an exponent and without trailing zeros, so that equal amounts have equal digests."""
    return format(value.normalize(), "f")


Seconds = Annotated[
    Decimal,
    Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False),
    AfterValidator(hold_seconds),
    PlainSerializer(float, return_type=float, when_used="json"),
]
"""A duration of audio in seconds, held to the millisecond; a number on the wire, folded as integer milliseconds."""

CostUsd = Annotated[
    Decimal,
    Field(ge=0, le=MAX_COST_USD, allow_inf_nan=False),
    AfterValidator(hold_cost),
    PlainSerializer(_plain, return_type=str, when_used="json"),
]
"""An amount that a provider reported, held to 1e-10 USD; a decimal string on the wire."""


def seconds_to_ms(seconds: Decimal) -> int:
    """Exact: `Seconds` is held to the millisecond."""
    return int(seconds.scaleb(3))


def usd_to_e10(amount: Decimal) -> int:
    """Exact: `CostUsd` is held to 1e-10 USD."""
    return int(amount.scaleb(10))
