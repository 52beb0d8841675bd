"""One price, checked as far as that needs no database."""

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tollbook_schemas.dimensions import BASE_BAND, PROMPT_BANDS

Book = Literal["cost", "sell"]
TokenClass = Literal[
    "input_text",
    "cached_text",
    "cached_audio",
    "cached_image",
    "cache_write",
    "input_audio",
    "input_image",
    "output_text",
    "output_audio",
    "output_image",
    "reasoning",
    "input_audio_seconds",
    "billable_audio_seconds",
    "output_image_units",
    "web_search",
]
TOKEN_CLASSES: tuple[TokenClass, ...] = get_args(TokenClass)
UNITS = (1, 1000, 1_000_000)
STANDARD_TIERS = ("default", "standard", "auto")
MOST_DECIMALS = 12
_EXACT = 100


class PriceKey(NamedTuple):
    """What has one price at a time."""

    book: Book
    provider: str
    model: str
    token_class: TokenClass
    service_tier: str | None
    batch: bool
    min_prompt_tokens: int
    currency: str
    workspace_id: str | None


def _unit(unit: int) -> int:
    if unit not in UNITS:
        raise ValueError("a price is for 1, 1000 or 1000000 tokens, seconds, images or searches")
    return unit


def _band(threshold: int) -> int:
    if threshold not in (BASE_BAND, *PROMPT_BANDS):
        bands = ", ".join(map(str, PROMPT_BANDS))
        raise ValueError(
            f"{threshold} is no prompt-size band, so totals do not tell prompts above it apart: use 0 for the base "
            f"price, or one of {bands}"
        )
    return threshold


def _tier(tier: str) -> str:
    if tier in STANDARD_TIERS:
        raise ValueError(f"{tier!r} is a name of the standard tier: leave the tier out")
    return tier


def _amount(amount: Decimal) -> Decimal:
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or amount < 0:
        raise ValueError("a price is a number from 0 on")
    if -exponent > MOST_DECIMALS:
        raise ValueError(f"a price has at most {MOST_DECIMALS} decimals; give it for a larger unit")
    return amount


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _empty_to_none(value: Any) -> Any:
    return None if value == "" else value


Name = Annotated[str, Field(min_length=1, max_length=200)]
Time = Annotated[datetime, AfterValidator(_utc)]


class Price(BaseModel):
    """A price for `unit` tokens, seconds, images or searches, of the windows of [start, end).

    `start` None is the next window, or for a supposed price all time; `service_tier` None is the standard tier,
    `workspace_id` None is everybody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)

    provider: Name
    model: Name
    token_class: TokenClass
    price: Annotated[Decimal, AfterValidator(_amount)]
    unit: Annotated[int, AfterValidator(_unit)] = 1_000_000
    book: Book = "cost"
    service_tier: Annotated[Annotated[Name, AfterValidator(_tier)] | None, BeforeValidator(_empty_to_none)] = None
    batch: bool = False
    min_prompt_tokens: Annotated[int, AfterValidator(_band)] = BASE_BAND
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    workspace_id: Annotated[Name | None, BeforeValidator(_empty_to_none)] = None
    start: Annotated[Time | None, BeforeValidator(_empty_to_none)] = Field(None, alias="from")
    source: Name = "tollbook prices"

    @property
    def key(self) -> PriceKey:
        """What it is the price of."""
        return PriceKey(*(getattr(self, name) for name in PriceKey._fields))

    @property
    def per_one(self) -> Decimal:
        """The exact price of one."""
        return per_one(self.price, self.unit)


def per_one(price: Decimal, unit: int) -> Decimal:
    """The exact price of one of a unit."""
    with localcontext(prec=_EXACT):
        return price.scaleb(1 - len(str(unit)))


def describe_key(key: PriceKey) -> str:
    """A key in words, what is usual left out."""
    parts = [f"{key.provider} {key.model} {key.token_class}"]
    parts += [f"tier {key.service_tier}"] if key.service_tier else []
    parts += ["batch"] if key.batch else []
    parts += [f"prompts above {key.min_prompt_tokens}"] if key.min_prompt_tokens else []
    parts += [f"for workspace {key.workspace_id}"] if key.workspace_id else []
    return f"{', '.join(parts)} ({key.book}, {key.currency})"
