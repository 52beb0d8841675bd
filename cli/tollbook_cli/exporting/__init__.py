"""Exports: usage by day as a file, the manifest of what it rests on, and what changed since it was written."""

from tollbook_cli.exporting.changes import Comparison, compare
from tollbook_cli.exporting.errors import ExportError
from tollbook_cli.exporting.keep import Written, export_to
from tollbook_cli.exporting.manifest import Manifest, manifest_of, read_manifest

__all__ = ["Comparison", "ExportError", "Manifest", "Written", "compare", "export_to", "manifest_of", "read_manifest"]
