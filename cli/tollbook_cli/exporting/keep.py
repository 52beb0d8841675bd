"""Keeps an export on disk: whole or not at all, and never over one that was final without being told to."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tollbook_billing.exports import UsageExport
from tollbook_cli.exporting.changes import Comparison, compare, is_same_question
from tollbook_cli.exporting.errors import ExportError
from tollbook_cli.exporting.formats import file_bytes, format_of
from tollbook_cli.exporting.manifest import (
    Manifest,
    head_of,
    manifest_bytes,
    manifest_of,
    manifest_path,
    read_manifest,
)

Outcome = Literal["written", "identical", "replaced", "kept"]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an export. `kept`: a final one was there and is now another; nothing was written."""

    outcome: Outcome
    path: Path
    manifest: Manifest
    comparison: Comparison | None


def export_to(path: Path, export: UsageExport, *, replace: bool = False) -> Written:
    """Write the file and its manifest, unless they are there already.

    The same rows leave both files as they are. Other rows replace what was provisional; what was final is kept, unless
    `replace`. Raises ExportError for a file that is not ours, or of another question, or that cannot be written.
    """
    path = path.absolute()
    kind = format_of(path)
    now = manifest_of(export)
    data = file_bytes(kind, export.rows, head_of(now))
    now |= {"file": path.name, "format": kind, "file_sha256": hashlib.sha256(data).hexdigest()}
    comparison = _comparison(path, export, now, data, replace=replace)
    if comparison is not None and comparison.is_same and _is_whole(path, comparison.before):
        return Written("identical", path, comparison.before, comparison)
    if comparison is not None and not comparison.is_same and comparison.before["is_final"] and not replace:
        return Written("kept", path, now, comparison)
    _write_all({path: data, manifest_path(path): manifest_bytes(now)})
    return Written("written" if comparison is None else "replaced", path, now, comparison)


def _comparison(path: Path, export: UsageExport, now: Manifest, data: bytes, *, replace: bool) -> Comparison | None:
    """With what is there under that name; None for nothing. Raises ExportError for what may not be replaced."""
    beside = manifest_path(path)
    if beside.exists():
        before = read_manifest(beside)
        if is_same_question(before, now):
            return compare(before, export)
        if not replace:
            raise ExportError(f"{path}: this is the export of something else: choose another name, or --replace it")
    elif path.exists() and not replace and path.read_bytes() != data:  # the same: a write was cut short there
        raise ExportError(f"{path}: this file has no manifest beside it: choose another name, or --replace it")
    return None


def _is_whole(path: Path, before: Manifest) -> bool:
    """Whether the data file is there as its manifest says; a killed or broken write is made good."""
    try:
        with path.open("rb") as file:
            return bool(hashlib.file_digest(file, "sha256").hexdigest() == before.get("file_sha256"))
    except OSError:
        return False


def _write_all(files: Mapping[Path, bytes]) -> None:
    """Each beside its name and on the disk first, then all under their names, the manifest last."""
    partials = {path: path.with_name(f".{path.name}.partial") for path in files}
    try:
        for path, data in files.items():
            with partials[path].open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for path, partial in partials.items():
            partial.replace(path)
        folder = os.open(next(iter(files)).parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        for partial in partials.values():
            partial.unlink(missing_ok=True)
        raise ExportError(f"{error.filename or 'the export'}: it cannot be written: {error.strerror}") from error
