"""The event's JSON Schema, published as a file and frozen by a digest test.

Run `python -m tollbook_schemas.published` after a compatible addition, and record the new digest in the test.
"""

import sys
from importlib.resources import files
from typing import Any

import orjson

from tollbook_schemas.event import SCHEMA_VERSION, UsageEvent

SCHEMA_FILE = f"usage_event.v{SCHEMA_VERSION}.schema.json"


def event_json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what a producer writes, made from the model."""
    schema = UsageEvent.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tollbook:usage-event:{SCHEMA_VERSION}",
        **schema,
        "required": sorted([*schema["required"], "schema_version"]),
    }


def render(schema: dict[str, Any]) -> bytes:
    """The file's bytes: indented, keys sorted, one newline at the end."""
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def published_schema() -> bytes:
    """The published file as it is shipped."""
    return files("tollbook_schemas").joinpath("json_schema", SCHEMA_FILE).read_bytes()


if __name__ == "__main__":
    sys.stdout.buffer.write(render(event_json_schema()))
