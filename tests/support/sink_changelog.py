"""Changelog records as a processor would write them."""

from support.sink_events import Message
from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.rollups import Mark, RollupKey, RollupValue, encode_mark, encode_value, mark_key

Statement = tuple[RollupKey, RollupValue] | Mark


def rollup_key(partition: int, window_ms: int, project: str, import_id: str | None = None) -> RollupKey:
    """The key of a project's calls to one model."""
    dimensions = Dimensions(
        "w1", project, None, None, None, "openai", "gpt-x", None, "barbara_analysis", None, False, 0
    )
    return RollupKey(partition, import_id, window_ms, dimensions)


def encode_statement(partition: int, statement: Statement) -> tuple[bytes, bytes]:
    """Key and value of a total or a mark."""
    if isinstance(statement, Mark):
        key = mark_key(partition)
        return key, encode_mark(key, statement)
    rollup, total = statement
    key = rollup.encode()
    return key, encode_value(key, total)


def statement_message(partition: int, statement: Statement) -> Message:
    """The record of a total or a mark."""
    return Message(*encode_statement(partition, statement), [])
