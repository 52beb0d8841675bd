"""Values as exact text and as JSON: decimals with every digit and no more, times in UTC, null for what is unknown."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson


def spell(value: Any) -> str:
    """A value as text: decimals with every digit and no more, objects as JSON with their names in order."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
    if isinstance(value, dict):
        return orjson.dumps(plain(value), option=orjson.OPT_SORT_KEYS).decode()
    return value.isoformat() if isinstance(value, date) else str(value)


def plain(value: Any) -> Any:
    """A value as JSON holds it: decimals as exact text, times in UTC, bytes in hexadecimal."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if value is None or isinstance(value, bool | int | str) else spell(value)
