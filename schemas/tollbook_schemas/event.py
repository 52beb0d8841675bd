"""Usage event version 1: what one tracked call leaves behind (architecture.md 1-7, contract.md)."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer, model_validator

from tollbook_schemas.attribution import LLMUsageAttribution, LLMUsageStatus
from tollbook_schemas.fields import CallCount, Code, Identifier, Label, Milliseconds, Provider
from tollbook_schemas.ids import datetime_to_ms, id_to_ms, is_event_id
from tollbook_schemas.raw_usage import RawUsage
from tollbook_schemas.split import split
from tollbook_schemas.usage import NormalizedTokenUsage

SCHEMA_VERSION: Final = 1


def _event_id(value: UUID) -> UUID:
    if not is_event_id(value):
        raise ValueError("an event id is a UUID of version 7")
    return value


def iso_milliseconds(value: datetime) -> str:
    """A UTC time as it stands in an event: ISO 8601 with milliseconds."""
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _version(value: object) -> object:
    if isinstance(value, bool):  # True == 1, and a literal would take it
        raise ValueError("schema_version is a number")
    return value


EventId = Annotated[UUID, AfterValidator(_event_id)]
CreatedAt = Annotated[AwareDatetime, PlainSerializer(iso_milliseconds, return_type=str, when_used="json")]


class UsageEvent(LLMUsageAttribution, NormalizedTokenUsage):
    """One tracked call, or the sum of many where `aggregate` is true.

    Unknown fields are ignored (a newer minor producer may add some). Raises pydantic.ValidationError for anything that
    cannot be billed exactly: an id that does not hold `created_at`, subsets that exceed their whole, a count that is
    negative or not an integer.
    """

    schema_version: Annotated[Literal[1], BeforeValidator(_version)] = SCHEMA_VERSION
    id: EventId
    created_at: CreatedAt
    provider: Provider
    model: Identifier
    status: LLMUsageStatus
    response_model: Identifier | None = None
    request_id: Identifier | None = None
    source_id: Identifier | None = None
    error_type: Code | None = None
    service_tier: Label | None = None
    batch: bool = False
    aggregate: bool = False
    call_count: CallCount = 1
    attempts: CallCount | None = None
    latency_ms: Milliseconds | None = None
    time_to_first_chunk_ms: Milliseconds | None = None
    raw_usage: RawUsage | None = Field(None, description="the provider's usage object, numbers and short words only")

    @model_validator(mode="after")
    def _check_time(self) -> Self:
        if datetime_to_ms(self.created_at) != id_to_ms(self.id) or self.created_at.microsecond % 1000:
            raise ValueError("created_at must be the millisecond embedded in the id")
        return self

    @model_validator(mode="after")
    def _check_split(self) -> Self:
        negative = split(self).negative_parts()
        if negative:
            raise ValueError(f"subsets exceed the count they are part of: {', '.join(negative)} would be below zero")
        return self

    @property
    def created_ms(self) -> int:
        """`created_at` in milliseconds since 1970."""
        return id_to_ms(self.id)
