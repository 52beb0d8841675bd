"""Which letters can be counted now, and why the others cannot. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pydantic import ValidationError

from tollbook_schemas.codec import DecodedEvent, Rejected, content_digest, decode
from tollbook_schemas.errors import UnknownSchemaVersionError
from tollbook_schemas.event import UsageEvent
from tollbook_sinks.dead_letters import Place, Waiting

NO_EVENT = "the record holds no event"


@dataclass(frozen=True, slots=True)
class Refused:
    """A letter that is not sent, and why."""

    place: Place
    why: str


@dataclass(slots=True)
class Judged:
    """`places` are of all letters that are sent; of those with one id and one content, one event is."""

    places: list[Place] = field(default_factory=list)
    events: dict[UUID, UsageEvent] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)


def event_of(value: bytes | None) -> UsageEvent | str:
    """The event that a record's value is now, whatever its key was, or why it is none."""
    try:
        decoded = decode("live", _own_key(value), value)
    except UnknownSchemaVersionError as error:
        return str(error)
    if isinstance(decoded, DecodedEvent):
        return decoded.event
    return decoded.detail if isinstance(decoded, Rejected) else NO_EVENT


def _own_key(value: bytes | None) -> bytes:
    """The key that a record with this value should have had."""
    try:
        return str(UsageEvent.model_validate_json(value or b"").id).encode()
    except ValidationError:
        return b""


def read_events(letters: Iterable[Waiting]) -> tuple[list[tuple[Place, UsageEvent]], list[Refused]]:
    """The letters that are events now, and those that are none."""
    events: list[tuple[Place, UsageEvent]] = []
    refused: list[Refused] = []
    for place, value in letters:
        event = event_of(value)
        if isinstance(event, str):
            refused.append(Refused(place, event))
        else:
            events.append((place, event))
    return events, refused


def judge_again(
    found: Iterable[tuple[Place, UsageEvent]],
    recorded: Mapping[UUID, bytes],
    expired: Collection[date],
    latest_ms: int,
) -> Judged:
    """What an import of these events may hold.

    `recorded` are the content digests of the ledger's rows with their ids, `latest_ms` the newest time that the broker
    would take.
    """
    judged = Judged()
    known = dict(recorded)
    for place, event in found:
        why = _why_not(event, known, expired, latest_ms)
        if why is not None:
            judged.refused.append(Refused(place, why))
            continue
        known.setdefault(event.id, content_digest(event))
        judged.places.append(place)
        judged.events.setdefault(event.id, event)
    return judged


def _why_not(event: UsageEvent, known: Mapping[UUID, bytes], expired: Collection[date], latest_ms: int) -> str | None:
    if event.created_ms > latest_ms:
        return "its time is still to come: requeue it later"
    if event.created_at.date() in expired:
        return "its day has left the ledger: nothing can be counted in it any more"
    if known.get(event.id, content := content_digest(event)) != content:
        return "another call with its id and other content is counted"
    return None
