"""The tables of settings in docs/ name each setting once, with its default, and nothing that is none."""

import re
from pathlib import Path

import pytest

from tollbook_schemas.settings import Settings

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("operations.md", "kafka-security.md", "alerts.md")
NONE = "\N{EN DASH}"
ROW = re.compile(r"^\| `((?:TOLLBOOK|LLM)_[A-Z_]+)` \| (.+?) \|", re.MULTILINE)
NOT_FOR_USERS = {"live_generation", "import_generation", "spool_full_after", "testing"}
TOLD_IN_WORDS = {"TOLLBOOK_KAFKA_SSL_CA", "TOLLBOOK_METRICS_PORT", "TOLLBOOK_METRICS_HOST"}
"""Variables whose default a page tells in words, or beside its table."""


def variable(field: str) -> str:
    return "LLM_USAGE_TRACKING_ENABLED" if field == "tracking_enabled" else f"TOLLBOOK_{field.upper()}"


def shown(default: object) -> str:
    if default is None or default == "":
        return NONE
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str]]:
    return [row for page in PAGES for row in ROW.findall(DOCS.joinpath(page).read_text(encoding="utf-8"))]


FIELDS = {variable(name): field for name, field in Settings.model_fields.items() if name not in NOT_FOR_USERS}


def test_no_setting_is_missing_or_told_twice(rows: list[tuple[str, str]]) -> None:
    names = [name for name, _ in rows]
    in_words = {name for name in TOLD_IN_WORDS if any(name in DOCS.joinpath(page).read_text() for page in PAGES)}
    assert sorted(names) == sorted(set(names))
    assert set(FIELDS) - set(names) - in_words == set()
    assert set(names) - set(FIELDS) == set()


def test_each_default_is_the_settings_own(rows: list[tuple[str, str]]) -> None:
    told = {name: default for name, default in rows if name not in TOLD_IN_WORDS}
    assert told == {name: shown(FIELDS[name].default) for name in told}
