"""The formats of a file: CSV, and Parquet where pyarrow is installed."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from tollbook_billing.exports import COLUMNS, Row
from tollbook_cli.exporting.canonical import csv_of
from tollbook_cli.exporting.errors import ExportError
from tollbook_cli.spelling import spell
from tollbook_schemas.usage import SECONDS_FIELDS

Format = Literal["csv", "parquet"]
_FORMATS: Final[dict[str, Format]] = {".csv": "csv", ".parquet": "parquet"}
_TEXTS: Final = {
    *("provider", "model", "response_model", "use_case", "state", "currency", "unpriced"),
    *("coverage", "cost", "corrections", "total", "provider_cost_usd"),
    *SECONDS_FIELDS,
}
METADATA_KEY: Final = b"tollbook"
"""The key of a Parquet file's metadata under which the head of the manifest stands, as JSON."""


def format_of(path: Path) -> Format:
    """By its suffix. Raises ExportError for another than .csv or .parquet."""
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise ExportError(f"{path}: an export is a .csv or a .parquet file: name it so") from None


def file_bytes(kind: Format, rows: Sequence[Row], head: dict[str, Any]) -> bytes:
    """The whole file. `head` goes into a Parquet file's metadata; CSV has no place for it but the manifest."""
    return csv_of(rows) if kind == "csv" else _parquet_of(rows, head)


def _parquet_of(rows: Sequence[Row], head: dict[str, Any]) -> bytes:
    """Counts as int64, the day as a date, exact decimals and `unpriced` as text."""
    import pyarrow as pa  # noqa: PLC0415  # a CSV needs no pyarrow
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {"day": pa.date32()} | dict.fromkeys(_TEXTS, pa.string())
    schema = pa.schema(
        [(name, types.get(name, pa.int64())) for name in COLUMNS],
        {METADATA_KEY: orjson.dumps(head, option=orjson.OPT_SORT_KEYS)},
    )
    columns = {name: [_cell(name, row[name]) for row in rows] for name in COLUMNS}
    written = BytesIO()
    pq.write_table(pa.table(columns, schema=schema), written, compression="zstd")
    return written.getvalue()


def _cell(name: str, value: Any) -> Any:
    return spell(value) if name in _TEXTS and value is not None and not isinstance(value, str) else value
