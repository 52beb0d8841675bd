"""Named queries out of `.sql` files: `-- name: x` starts one, the next name or the end of the file ends it."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import LiteralString, cast

from psycopg import sql

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def load_queries(file: str, **parts: sql.Composable) -> Mapping[str, sql.Composed]:
    """The queries of `tollbook_sinks/sql/<file>` by name.

    `parts` fill placeholders in braces, such as `{measures}`; a brace that is meant is written twice. Parameters of a
    query stay psycopg's: `%(name)s`. Raises KeyError for a placeholder that nobody fills.
    """
    return {name: query.format(**parts) for name, query in read_queries("tollbook_sinks", file).items()}


def read_queries(package: str, file: str) -> dict[str, sql.SQL]:
    """The statements of a file in a package's folder `sql`, by name, with their braces as they stand."""
    text = files(package).joinpath("sql", file).read_text(encoding="utf-8")
    return {name: sql.SQL(query) for name, query in split_queries(text)}


def split_queries(text: str) -> Iterator[tuple[str, LiteralString]]:
    """The names and the statements in a file's text, without their last semicolons."""
    _, *named = _NAME.split(text)
    for name, query in zip(named[::2], named[1::2], strict=True):
        yield name, cast("LiteralString", query.strip().rstrip(";"))  # a file of this package: as constant as a literal


def columns(names: tuple[str, ...], *, of: str | None = None) -> sql.Composed:
    """Column names as a list for an SQL statement, each qualified by the table `of` where one is named."""
    prefix = () if of is None else (of,)
    return sql.SQL(", ").join(sql.Identifier(*prefix, name) for name in names)
