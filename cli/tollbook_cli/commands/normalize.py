"""`tollbook normalize`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from tollbook_cli.payload_file import read_payload
from tollbook_cli.payload_reports import events_of
from tollbook_producers.normalize import session_surfaces_of, surfaces_of
from tollbook_schemas import UsageEvent
from tollbook_schemas.attribution import LLMUsageAttribution

PROVIDERS = ("openai", "xai", "gemini")

_ALWAYS = ("prompt_tokens", "completion_tokens", "total_tokens")
_NOT_OF_THE_PAYLOAD = {"schema_version", "id", "created_at", "model", "raw_usage", *LLMUsageAttribution.model_fields}
_UNTOLD = {"batch": False, "aggregate": False, "call_count": 1}


def command(
    file: Annotated[str, typer.Argument(help="What came over the wire; `-` is standard input.")],
    provider: Annotated[str, typer.Option(help=f"One of {', '.join(PROVIDERS)}.")],
    surface: Annotated[
        str, typer.Option(help="The kind of call, such as chat.completions or models.generate_content.")
    ],
) -> None:
    """Show the usage that a provider's answer is counted as, through the readers that the wrappers use.

    FILE holds what came over the wire: a JSON object is one answer; an array, JSON lines or the text of an
    event stream (`data: …`) are the chunks of one stream, the messages of one session, or several answers.

    Prints one JSON object a line for each usage report, in order: the counts that are known, the first three always
    (null: not reported, which is never zero), the status, and in `flags` what had to be mended.

    Surfaces of openai and xai: chat.completions, completions, responses, responses.compact, decisions,
    embeddings, audio.transcriptions, audio.translations, audio.speech, images, batches, realtime.
    Of gemini: models.generate_content, models.embed_content, models.generate_images, models.generate_videos,
    caches.create, batches, interactions, live.

    Exit code 0: read; 1: the file cannot be read; 2: misuse.

    \b
    {"provider": "openai", "status": "success", "response_model": "gpt-4.1-nano-2025-04-14",
     "request_id": "chatcmpl-1", "service_tier": "default", "prompt_tokens": 16,
     "completion_tokens": 363, "total_tokens": 379, "cached_prompt_tokens": 0, "flags": []}

    Example: tollbook normalize --provider openai --surface chat.completions answer.json
    """
    _check(provider, surface)
    payload = read_payload(_content(file), "stdin" if file == "-" else file)
    for event in events_of(payload, provider, surface):
        typer.echo(orjson.dumps(_row(event)))


def _check(provider: str, surface: str) -> None:
    if provider not in PROVIDERS:
        raise typer.BadParameter(f"unknown provider {provider!r}: known are {', '.join(PROVIDERS)}")
    known = (*surfaces_of(provider), *session_surfaces_of(provider))
    if surface not in known:
        raise typer.BadParameter(f"{provider} has no surface {surface!r}: known are {', '.join(known)}")


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    if not Path(file).is_file():
        raise typer.BadParameter(f"there is no file {file}")
    return Path(file).read_bytes()


def _row(event: UsageEvent) -> dict[str, Any]:
    fields = event.model_dump(mode="json", exclude=_NOT_OF_THE_PAYLOAD)
    row = {name: _plain(fields[name]) for name in ("provider", "status", *fields) if name != "flags"}
    known = {name: value for name, value in row.items() if value is not None and value != _UNTOLD.get(name, ...)}
    return {**known, **{name: row[name] for name in _ALWAYS}, "flags": fields["flags"]}


def _plain(value: Any) -> Any:
    """Whole seconds without a fraction."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
