"""Bounded field types of the contract. Every bound is part of event version 1: tightening one needs a new version."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints

_NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f]+$"

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL_CHARACTERS)]
"""An id or a name that a caller chose: 1 to 200 characters, none of them a control character."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_NO_CONTROL_CHARACTERS)]
"""A short name: an environment, a service tier, a tag's key."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]{1,64}$")]
"""A word of an enumeration, such as an error type or a flag; it cannot hold prose."""

UseCase = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z][a-z0-9_]*$")]
"""A use case: one of `LLMUseCase`, or any other lower-case name."""

Provider = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$")]
"""A provider's name in lower case, such as `openai`, `xai` or `gemini`."""

ImportId = Annotated[str, StringConstraints(pattern=r"^imp_[0-9a-f]{32}$")]
"""The id of an import; its form can never be mistaken for the stream `live`."""

Count = Annotated[int, Field(strict=True, ge=0, le=10**10)]
"""A count of tokens, images or requests. The bound keeps a window's sums within 64 bits."""

CallCount = Annotated[int, Field(strict=True, ge=1, le=10**6)]
"""How many calls an event stands for."""

Milliseconds = Annotated[int, Field(strict=True, ge=0, le=10**10)]
"""A duration in milliseconds."""

_MILLISECOND = Decimal("0.001")
_COST_UNIT = Decimal("1e-10")


def _plain(value: Decimal) -> str:
    """Without an exponent and without trailing zeros, so that equal amounts have equal digests."""
    return format(value.normalize(), "f")


Seconds = Annotated[
    Decimal,
    Field(ge=0, le=10**7, allow_inf_nan=False),
    AfterValidator(lambda value: value.quantize(_MILLISECOND)),
    PlainSerializer(float, return_type=float, when_used="json"),
]
"""A duration of audio in seconds, held to the millisecond; a number on the wire, folded as integer milliseconds."""

CostUsd = Annotated[
    Decimal,
    Field(ge=0, le=10**5, allow_inf_nan=False),
    AfterValidator(lambda value: value.quantize(_COST_UNIT)),
    PlainSerializer(_plain, return_type=str, when_used="json"),
]
"""An amount that a provider reported, held to 1e-10 USD; a decimal string on the wire."""


def seconds_to_ms(seconds: Decimal) -> int:
    """Exact: `Seconds` is held to the millisecond."""
    return int(seconds.scaleb(3))


def usd_to_e10(amount: Decimal) -> int:
    """Exact: `CostUsd` is held to 1e-10 USD."""
    return int(amount.scaleb(10))
