"""The attribution that callers give: names are checked at once, values when the event is made."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypedDict
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from tollbook_schemas import LLMUsageAttribution
from tollbook_schemas.fields import UseCase

UNATTRIBUTED = "unattributed"
"""The use case of a call that names none: it is still counted."""

_USE_CASE: TypeAdapter[str] = TypeAdapter(UseCase)
_NAMES = frozenset(LLMUsageAttribution.model_fields)
Attribution = Mapping[str, object]
NOTHING: Attribution = MappingProxyType({})

AttributedId = str | int | UUID | None


class AttributionFields(TypedDict, total=False):
    """Whom a call is billed to. None means unknown and never hides a value given further out."""

    use_case: str
    workspace_id: AttributedId
    project_id: AttributedId
    template_id: AttributedId
    collection_id: AttributedId
    session_id: AttributedId
    operation_id: AttributedId
    end_user_id: AttributedId
    environment: str | None
    tags: Mapping[str, str] | None


def attribution(fields: Mapping[str, object]) -> Attribution:
    """Named values as attribution. Raises TypeError for a name that no event has, as any function would."""
    unknown = fields.keys() - _NAMES
    if unknown:
        raise TypeError(f"unknown attribution: {', '.join(sorted(unknown))}; an event has {', '.join(sorted(_NAMES))}")
    return MappingProxyType({name: _plain(value) for name, value in fields.items() if value is not None})


def merge(outer: Attribution, inner: Attribution) -> Attribution:
    """`inner` over `outer`; tags are merged key by key."""
    if not inner:
        return outer
    if not outer:
        return inner
    merged = {**outer, **inner}
    below, above = outer.get("tags"), inner.get("tags")
    if isinstance(below, dict) and isinstance(above, dict):
        merged["tags"] = {**below, **above}
    return MappingProxyType(merged)


@lru_cache(maxsize=256)
def use_case_of(given: str) -> str:
    """The use case that the event of a call has: the one given if it is valid."""
    try:
        return _USE_CASE.validate_python(given)
    except ValidationError:
        return UNATTRIBUTED


def _plain(value: object) -> object:
    """Ids of a database are often integers or UUIDs; events hold text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | UUID):
        return str(value)
    return dict(value) if isinstance(value, Mapping) else value
