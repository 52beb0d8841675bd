"""Files of what a provider sent: JSON, JSON lines, or the text of an event stream."""

from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any

import orjson

from tollbook_schemas import TollbookError

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_DONE = "[DONE]"


class UnreadablePayloadError(TollbookError):
    """A file that is none of the forms that are read."""


@dataclass(frozen=True, slots=True)
class Payload:
    """The JSON values of a file, in order; a single one stood alone, and `done` is whether the stream said so."""

    messages: list[Any]
    is_single: bool = False
    done: bool = False


def read_payload(content: bytes, name: str) -> Payload:
    """What a file holds. Raises UnreadablePayloadError, which names the line and the column."""
    content = content.strip().removeprefix(b"\xef\xbb\xbf")
    if not content:
        raise UnreadablePayloadError(f"{name} is empty: put a provider's answer into it, as JSON or as an event stream")
    if content.startswith(_FIELDS):
        return _event_stream(content, name)
    try:
        value = orjson.loads(content)
    except JSONDecodeError as error:
        return Payload(_lines(content, name, error))
    return Payload(value) if isinstance(value, list) else Payload([value], is_single=True)


def _lines(content: bytes, name: str, error: JSONDecodeError) -> list[Any]:
    """One JSON value a line, which the first line decides."""
    lines = content.splitlines()
    try:
        orjson.loads(lines[0])
    except JSONDecodeError:
        raise _unreadable(name, error.lineno, error.colno, error) from None
    return [_line(line, name, number) for number, line in enumerate(lines, start=1) if line.strip()]


def _line(line: bytes, name: str, number: int) -> Any:
    try:
        return orjson.loads(line)
    except JSONDecodeError as error:
        raise _unreadable(name, number, error.colno, error) from None


def _event_stream(content: bytes, name: str) -> Payload:
    messages: list[Any] = []
    done = False
    for number, line in enumerate(content.splitlines(), start=1):
        data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
        if data.decode(errors="replace") == _DONE:
            done = True
        elif data:
            messages.append(_line(data, name, number))
    return Payload(messages, done=done)


def _unreadable(name: str, line: int, column: int, error: JSONDecodeError) -> UnreadablePayloadError:
    return UnreadablePayloadError(
        f"{name}, line {line}, column {column}: not JSON ({error.msg}); "
        "give one JSON value, one a line, or the `data: …` lines of an event stream"
    )
