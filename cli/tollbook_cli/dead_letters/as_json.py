"""Dead letters as `--json` prints them: ASCII alone, so that no character of a record reaches a terminal."""

import json
from base64 import b64decode
from datetime import datetime
from typing import Any

import typer

from tollbook_sinks.dead_letters import Letter, LetterCount, explain


def print_json(data: dict[str, Any]) -> None:
    """One object."""
    typer.echo(json.dumps(data, indent=2))


def letter_json(letter: Letter) -> dict[str, Any]:
    """A letter without its record."""
    return {
        "letter": str(letter.place),
        "reason": letter.reason,
        "detail": letter.detail,
        "event_id": None if letter.event_id is None else str(letter.event_id),
        "appended_at": time_json(letter.appended_at),
        "state": letter.state,
        "import_id": letter.import_id,
        "decided_by": letter.decided_by,
        "decided_at": None if letter.decided_at is None else time_json(letter.decided_at),
        "why": letter.why,
    }


def record_json(letter: Letter) -> dict[str, Any]:
    """A letter with its record; bytes that are no UTF-8 are escaped."""
    headers = [[name, None if value is None else _text(b64decode(value))] for name, value in letter.headers]
    record = {"key": _text(letter.key), "headers": headers, "value": _text(letter.value)}
    return {**letter_json(letter), "explanation": explain(letter.reason), "record": record}


def count_json(count: LetterCount) -> dict[str, Any]:
    """A count."""
    times = {"first_at": time_json(count.first_at), "last_at": time_json(count.last_at)}
    return {"reason": count.reason, "state": count.state, "count": count.count, **times}


def time_json(time: datetime) -> str:
    """UTC, with as many decimals as there are."""
    return time.isoformat().replace("+00:00", "Z")


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", errors="backslashreplace")
