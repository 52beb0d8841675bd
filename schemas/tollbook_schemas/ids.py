"""Event ids: UUIDv7 whose embedded millisecond is the event's `created_at` (architecture.md 2; RFC 9562, 5.7)."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_MS = 1 << 48
_RANDOM_MASK = (1 << 62) - 1


def new_event_id() -> UUID:
    """Mint an id for a call that ends now."""
    return UUID(int=uuid_utils.uuid7().int)


def new_event_id_text() -> str:
    """As `new_event_id`, as text: to make a UUID object of one takes ten times as long as to mint it."""
    return str(uuid_utils.uuid7())


def derived_event_id(created_ms: int, *identity: str) -> UUID:
    """An id that every worker derives alike: the object's own time and a hash of what identifies it.

    `created_ms` is milliseconds since 1970, 0 or more. The parts of the identity are length-prefixed, so that no two
    lists of parts hash alike.
    """
    if not 0 <= created_ms < _MAX_MS:
        raise ValueError(f"an event id cannot hold the time {created_ms} ms: it must be between 1970 and 10889")
    hasher = hashlib.sha256()
    for part in identity:
        encoded = part.encode()
        hasher.update(len(encoded).to_bytes(8, "big") + encoded)
    digest = int.from_bytes(hasher.digest()[:10], "big")
    high = (created_ms << 16) | 0x7000 | (digest >> 68)
    low = (0b10 << 62) | (digest & _RANDOM_MASK)
    return UUID(int=(high << 64) | low)


def is_event_id(value: UUID) -> bool:
    """Whether a UUID is a version 7 one of RFC 9562's variant."""
    return value.version == 7  # noqa: PLR2004  # `version` is None for other variants


def id_to_ms(event_id: UUID) -> int:
    """The millisecond embedded in an event id."""
    return event_id.int >> 80


def ms_to_datetime(time_ms: int) -> datetime:
    """Milliseconds since 1970 as an aware UTC datetime. Raises OverflowError beyond the year 9999."""
    return _EPOCH + timedelta(milliseconds=time_ms)


def datetime_to_ms(time: datetime) -> int:
    """An aware datetime as whole milliseconds since 1970, rounded down."""
    return (time - _EPOCH) // _MILLISECOND
