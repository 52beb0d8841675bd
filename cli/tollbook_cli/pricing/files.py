"""Files of prices: CSV with a header, or a JSON array of objects."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tollbook_cli.pricing.errors import PriceFileError
from tollbook_cli.pricing.price import Price

MOST_PROBLEMS = 10


def read_prices(path: Path) -> list[Price]:
    """The prices in a `.csv` or `.json` file, in order. Raises PriceFileError naming every bad row, up to ten."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PriceFileError(f"{path} cannot be read as text: {error}") from error
    return parse_prices(_json_rows(path, text) if path.suffix == ".json" else _csv_rows(path, text), path.name)


def parse_prices(rows: Iterable[tuple[str, Mapping[str, Any]]], name: str) -> list[Price]:
    """The prices in rows, each with the place where it stands; `name` becomes the source of those that name none."""
    prices: list[Price] = []
    problems: list[str] = []
    for place, row in rows:
        try:
            prices.append(Price.model_validate({"source": f"file {name}", **row}))
        except ValidationError as error:
            problems += [f"{place}: {_describe(problem)}" for problem in error.errors()]
    if problems:
        more = f"; and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
        raise PriceFileError(f"{name} has rows that are no prices: {'; '.join(problems[:MOST_PROBLEMS])}{more}")
    if not prices:
        raise PriceFileError(f"{name} holds no prices: give rows with provider, model, token_class and price")
    return prices


def _csv_rows(path: Path, text: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise PriceFileError(f"{path}, line {reader.line_num}: not as many cells as the header has names")
            # An empty cell is what the column means by default.
            yield f"line {reader.line_num}", {name: cell for name, cell in row.items() if cell != ""}
    except csv.Error as error:
        raise PriceFileError(f"{path}, line {reader.line_num}: not CSV: {error}") from error


def _json_rows(path: Path, text: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    try:
        loaded = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise PriceFileError(f"{path} is not JSON: {error}") from error
    if not isinstance(loaded, list) or not all(isinstance(row, dict) for row in loaded):
        raise PriceFileError(f"{path} must hold a JSON array of objects, one a price")
    return [(f"item {number}", row) for number, row in enumerate(loaded, 1)]


def _describe(problem: Mapping[str, Any]) -> str:
    location = ".".join(map(str, problem["loc"]))
    return f"{location}: {str(problem['msg']).removeprefix('Value error, ')}"
