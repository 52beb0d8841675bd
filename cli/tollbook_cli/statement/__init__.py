"""A usage statement for people (tables, a picture) and for programs (JSON)."""

from tollbook_cli.statement.as_json import statement_json
from tollbook_cli.statement.picture import save_picture
from tollbook_cli.statement.render import render_statement

__all__ = ["render_statement", "save_picture", "statement_json"]
