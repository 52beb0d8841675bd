"""Facts of a call to a valid event: what is invalid is left out and flagged, so that the call is still counted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from tollbook_producers.attribution import UNATTRIBUTED
from tollbook_producers.later import read_facts
from tollbook_schemas import UsageEvent, encode_event
from tollbook_schemas.ids import id_to_ms, ms_to_datetime
from tollbook_schemas.quick_encode import quick_json
from tollbook_schemas.usage import USAGE_FIELDS

_SUBSTITUTES = {"use_case": UNATTRIBUTED, "provider": "unknown", "model": "unknown"}
_MAX_FLAGS = 16


def build_event(facts: Mapping[str, object], event_id: UUID) -> UsageEvent:
    """The event of a call under an id that was minted for it. The same facts and id make the same event.

    A field that is invalid is dropped (or replaced, where an event cannot do without) and flagged `<name>_invalid`;
    counts that contradict each other are dropped together and flagged `usage_invalid`. Raises ValidationError where
    nothing valid is left.
    """
    fields = {**read_facts(facts), "id": event_id, "created_at": ms_to_datetime(id_to_ms(event_id))}
    try:
        return UsageEvent.model_validate(fields)
    except ValidationError as error:
        fields = _without(fields, error)
    try:
        return UsageEvent.model_validate(fields)
    except ValidationError as error:  # a rule between fields is judged only once each field is valid
        return UsageEvent.model_validate(_without(fields, error))


def event_record(facts: Mapping[str, object], event_id: str) -> tuple[bytes, bytes]:
    """The record (key, value) of the event that `build_event` makes of facts that were on disk. Raises what it does."""
    facts = read_facts(facts)
    value = quick_json(facts, event_id)
    if value is None:
        return encode_event(build_event(facts, UUID(event_id)))
    return event_id.encode(), value


def _without(fields: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    places = [item["loc"] for item in error.errors(include_url=False, include_input=False, include_context=False)]
    bad = {str(place[0]) for place in places if place}
    flags = [f"{name}_invalid" for name in sorted(bad)]
    if not all(places):
        bad.update(USAGE_FIELDS)
        flags.append("usage_invalid")
    kept = {name: value for name, value in fields.items() if name not in bad}
    kept |= {name: value for name, value in _SUBSTITUTES.items() if name in bad}
    kept["flags"] = (*flags, *kept.get("flags", ()))[:_MAX_FLAGS]
    return kept
