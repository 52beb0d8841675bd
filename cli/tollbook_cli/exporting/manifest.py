"""The manifest beside an export: whose usage it is, its digest, its totals, and all that its figures rest on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from tollbook_billing import UsageScope
from tollbook_billing.exports import COLUMNS, ExportQuestion, Row, UsageExport
from tollbook_cli.exporting.canonical import csv_of, digest_of
from tollbook_cli.exporting.errors import ExportError
from tollbook_cli.exporting.totals import totals_of
from tollbook_cli.spelling import plain

Manifest = dict[str, Any]
FORMAT: Final = 1
QUESTION: Final = ("scope", "from", "to", "zone", "book", "currency")
_HEAD: Final = ("manifest", *QUESTION, "digest", "rows", "is_final")
_ADJUSTMENT_KEY: Final = ("reason", "kind", "source_partition")


def manifest_of(export: UsageExport) -> Manifest:
    """What `NAME.manifest.json` holds, but for the file's name and SHA-256. The same usage makes the same manifest."""
    question = export.question
    return {
        "manifest": FORMAT,
        "scope": asdict(question.scope),
        "from": plain(question.start),
        "to": plain(question.end),
        "zone": question.zone,
        "book": question.book,
        "currency": question.currency,
        "columns": list(COLUMNS),
        "digest": digest_of(csv_of(export.rows)),
        "rows": len(export.rows),
        "is_final": export.is_final,
        "range": plain(export.state),
        "totals": totals_of(export),
        "windows": [plain(window) for window in export.windows],
        "adjustments": _adjustments(export.adjustments),
        "prices": [plain(price) for price in export.prices],
        "price_corrections": [plain(one) for one in export.price_corrections],
    }


def head_of(manifest: Manifest) -> dict[str, Any]:
    """The part that goes into a Parquet file's metadata."""
    return {name: manifest[name] for name in _HEAD}


def manifest_path(path: Path) -> Path:
    """Where the manifest of an export lies."""
    return path.with_name(f"{path.name}.manifest.json")


def manifest_bytes(manifest: Manifest) -> bytes:
    """As it is written: names in order, so that equal manifests are equal files."""
    return orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_manifest(path: Path) -> Manifest:
    """A manifest that this version wrote, or an older one of the same columns. Raises ExportError."""
    try:
        found = orjson.loads(path.read_bytes())
        if found["manifest"] == FORMAT and found["columns"] == list(COLUMNS):
            question_of_manifest(found)
            return dict(found)
    except OSError as error:
        raise ExportError(f"{path}: the manifest cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(f"{path}: this is no manifest of `tollbook export`: take another copy of it") from error
    raise ExportError(f"{path}: another version of tollbook wrote it, with other columns: compare it with that version")


def question_of_manifest(manifest: Manifest) -> ExportQuestion:
    """What the export was of. Raises ValueError, KeyError or TypeError for what manifest_of did not write."""
    ZoneInfo(manifest["zone"])
    return ExportQuestion(
        scope=UsageScope(**manifest["scope"]),
        start=datetime.fromisoformat(manifest["from"]),
        end=datetime.fromisoformat(manifest["to"]),
        zone=manifest["zone"],
        book=manifest["book"],
        currency=manifest["currency"],
    )


def _adjustments(adjustments: Sequence[Row]) -> list[dict[str, Any]]:
    """By reason and partition, with the offset of each, so that one that is added later can be told."""
    grouped: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for one in adjustments:
        grouped[tuple(one[name] for name in _ADJUSTMENT_KEY)].append(one)
    return [
        {
            "reason": reason,
            "kind": kind,
            "partition": partition,
            "entries": len(members),
            "events": _sum(members, "events"),
            "calls": _sum(members, "calls"),
            "prompt_tokens": _sum(members, "prompt_tokens"),
            "completion_tokens": _sum(members, "completion_tokens"),
            "last_offset": max(one["source_offset"] for one in members),
            "offsets": sorted(one["source_offset"] for one in members),
        }
        for (reason, kind, partition), members in sorted(grouped.items())
    ]


def _sum(rows: Iterable[Row], name: str) -> int:
    return sum(row[name] for row in rows)
