"""The one spelling of an export: its bytes as CSV, which its digest is of, whatever format it is kept in."""

import csv
import hashlib
from collections.abc import Sequence
from io import StringIO

from tollbook_billing.exports import COLUMNS, Row
from tollbook_cli.spelling import spell


def csv_of(rows: Sequence[Row]) -> bytes:
    r"""A header and the rows, UTF-8, lines ending in \n. Nothing between commas: unknown, which is not zero."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["" if row[name] is None else spell(row[name]) for name in COLUMNS])
    return text.getvalue().encode()


def digest_of(data: bytes) -> str:
    """The SHA-256 of what csv_of made, in hexadecimal: for a CSV export what `sha256sum` says of the file."""
    return hashlib.sha256(data).hexdigest()
