"""Named queries out of the package's `.sql` file: `-- name: x` starts one, the next name ends it."""

import re
from importlib.resources import files
from typing import LiteralString, cast

from psycopg import sql

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def load_queries(file: str) -> dict[str, sql.SQL]:
    """The queries of `tollbook_billing/sql/<file>` by name."""
    text = files("tollbook_billing").joinpath("sql", file).read_text(encoding="utf-8")
    _, *named = _NAME.split(text)
    # The text is a file of this package, as constant as a literal.
    return {
        name: sql.SQL(cast("LiteralString", query.strip().rstrip(";")))
        for name, query in zip(named[::2], named[1::2], strict=True)
    }
