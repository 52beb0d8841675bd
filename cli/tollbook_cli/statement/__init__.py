"""A usage statement for people (tables) and for programs (JSON)."""

from tollbook_cli.statement.as_json import statement_json
from tollbook_cli.statement.render import render_statement

__all__ = ["render_statement", "statement_json"]
