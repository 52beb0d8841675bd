"""Bytes of a source record to a decision about it. The one decoder of processor and sink (architecture.md 6)."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import orjson
from msgspec import Struct
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from tollbook_schemas.canonical_event import CanonicalEvent
from tollbook_schemas.errors import UnknownSchemaVersionError
from tollbook_schemas.event import SCHEMA_VERSION, UsageEvent
from tollbook_schemas.quick_decode import quick_event, quick_fields
from tollbook_schemas.quick_usage import quick_usage
from tollbook_schemas.topics import END_KEY, IMPORT_HEADER, TICK_KEY, StreamKind

Headers = Sequence[tuple[str, bytes | None]] | None
RejectReason = Literal["not_json", "invalid", "key_mismatch", "no_import_id", "end_on_live_topic"]

MAX_DETAIL = 500
_IMPORT_ID = re.compile(rb"imp_[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """A valid usage event; `import_id` is None on the live topic.

    `canonical` is its canonical JSON where the record's value was exactly that.
    """

    event: UsageEvent
    import_id: str | None
    canonical: bytes | None = field(default=None, compare=False, repr=False)

    def digest(self) -> bytes:
        """The event's content digest."""
        return content_digest(self.event) if self.canonical is None else hashlib.sha256(self.canonical).digest()


class DecodedFields(NamedTuple):
    """As `DecodedEvent`, with the bare fields of a valid event whose value is `canonical`."""

    event: CanonicalEvent
    import_id: str | None
    canonical: bytes

    def digest(self) -> bytes:
        """The event's content digest."""
        return hashlib.sha256(self.canonical).digest()


class DecodedUsage(Struct, frozen=True, gc=False):
    """As `DecodedEvent`, with no more than what is folded: `event` may be the bare fields of a valid event."""

    event: UsageEvent | CanonicalEvent
    import_id: str | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A record that only moves the partition's clock."""


@dataclass(frozen=True, slots=True)
class ImportEnd:
    """The end of an import in this partition."""

    import_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is no usage event: a dead letter. `detail` says in a sentence what is wrong and quotes no value."""

    reason: RejectReason
    detail: str


Decoded = DecodedEvent | Tick | ImportEnd | Rejected
DecodedForLedger = DecodedFields | Decoded
DecodedForFold = DecodedUsage | Tick | ImportEnd | Rejected

_TICK = Tick()


def encode_event(event: UsageEvent) -> tuple[bytes, bytes]:
    """The record (key, value) of an event. Nulls are left out."""
    return str(event.id).encode(), canonical_json(event)


def canonical_json(event: UsageEvent) -> bytes:
    """JSON with sorted keys and nulls left out: the bytes under the content digest."""
    return orjson.dumps(_plain_fields(event), option=orjson.OPT_SORT_KEYS)


def _plain_fields(event: UsageEvent) -> dict[str, Any]:
    try:
        return event.model_dump(mode="json", exclude_none=True)
    except PydanticSerializationError as error:
        # Pydantic wraps whatever is raised inside a serializer, a Ctrl-C that arrives just then too.
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        raise


def content_digest(event: UsageEvent) -> bytes:
    """SHA-256 of the canonical fields; same id and same digest is a duplicate, same id and another is a conflict."""
    return hashlib.sha256(canonical_json(event)).digest()


def decode(kind: StreamKind, key: bytes | None, value: bytes | None, headers: Headers = None) -> Decoded:
    """Decode a record of a source topic.

    Never raises for bad input, except UnknownSchemaVersionError for a record of a newer version: skipping that one
    would lose a call, so the consumer must stop.
    """
    if not value and key == TICK_KEY:
        return _TICK
    if key == END_KEY:
        return _decode_end(kind, headers)
    import_id = _import_id(headers) if kind == "import" else None
    if kind == "import" and import_id is None:
        return Rejected("no_import_id", f"a record of the imports topic needs the header {IMPORT_HEADER!r}")
    return _decode_event(key, value or b"", import_id)


def decode_for_ledger(
    kind: StreamKind, key: bytes | None, value: bytes | None, headers: Headers = None
) -> DecodedForLedger:
    """The same decision as `decode`; of a usual event the bare fields, which takes half of the time."""
    fields = quick_fields(key, value) if value else None
    if fields is not None:
        import_id = _import_id(headers) if kind == "import" else None
        if import_id is not None or kind == "live":
            return DecodedFields(fields, import_id, value or b"")
    return decode(kind, key, value, headers)


def decode_for_fold(
    kind: StreamKind, key: bytes | None, value: bytes | None, headers: Headers = None
) -> DecodedForFold:
    """The same decision as `decode`, without what only a ledger needs."""
    usage = quick_usage(key, value) if value else None
    if usage is not None:
        import_id = _import_id(headers) if kind == "import" else None
        if import_id is not None or kind == "live":
            return DecodedUsage(usage, import_id)
    decoded = decode(kind, key, value, headers)
    return DecodedUsage(decoded.event, decoded.import_id) if isinstance(decoded, DecodedEvent) else decoded


def _decode_event(key: bytes | None, value: bytes, import_id: str | None) -> Decoded:
    event = quick_event(value)
    canonical = None if event is None else value
    if event is None:
        try:
            event = UsageEvent.model_validate_json(value)
        except ValidationError as error:
            return _reject(value, error)
    if "schema_version" not in event.model_fields_set:
        return Rejected("invalid", "schema_version: every event states its version")
    if key != str(event.id).encode():
        return Rejected("key_mismatch", "the record's key must be the event's id as UUID text")
    return DecodedEvent(event, import_id, canonical)


def _decode_end(kind: StreamKind, headers: Headers) -> Decoded:
    if kind == "live":
        return Rejected("end_on_live_topic", "an import's end record belongs on the imports topic")
    import_id = _import_id(headers)
    if import_id is None:
        return Rejected("no_import_id", f"an end record needs the header {IMPORT_HEADER!r}")
    return ImportEnd(import_id)


def _import_id(headers: Headers) -> str | None:
    for name, value in headers or ():
        if name == IMPORT_HEADER and value is not None and _IMPORT_ID.match(value):
            return value.decode()
    return None


def _reject(value: bytes, error: ValidationError) -> Rejected:
    version = _version(value)
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise UnknownSchemaVersionError(version) from None
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return Rejected("not_json", "the record's value is not JSON")
    where = ".".join(str(part) for part in first["loc"]) or "event"
    return Rejected("invalid", f"{where}: {first['msg']}"[:MAX_DETAIL])


def _version(value: bytes) -> object:
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    version = parsed.get("schema_version") if isinstance(parsed, dict) else None
    return None if isinstance(version, bool) else version
