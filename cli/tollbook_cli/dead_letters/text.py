"""Records of unknown content as text that a terminal shows and never obeys."""

import json
import unicodedata

MAX_CHARACTERS = 20_000
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of characters that are not shown as themselves: controls, directions, halves, separators."""


def printable(text: str, *, lines: bool = False) -> str:
    """The text with everything escaped that is no visible character; with `lines`, line ends stay."""
    return "".join(_escaped(character, lines=lines) for character in text)


def pretty(value: bytes | None) -> str:
    """A record's key or value: JSON with a field a line, else the text as it is; cut where it is very long."""
    if value is None:
        return "(null)"
    text = value.decode("utf-8", errors="backslashreplace")
    try:
        shown = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = text
    cut = len(shown) - MAX_CHARACTERS
    return printable(shown[:MAX_CHARACTERS], lines=True) + (f"\n… and {cut:,} characters more" if cut > 0 else "")


def _escaped(character: str, *, lines: bool) -> str:
    if character == "\n" and lines:
        return character
    if unicodedata.category(character) not in _HARMFUL:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
