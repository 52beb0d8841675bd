"""A statement's picture shows the figures and loads nothing from elsewhere."""

from pathlib import Path
from xml.etree import ElementTree

from rich.text import Text

from tollbook_cli.statement import save_picture

SVG = "http://www.w3.org/2000/svg"


def test_the_picture_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "statement.svg"
    save_picture(path, "tollbook bill", [Text("28,185 calls"), Text("coverage <100 %>")])
    source = path.read_text(encoding="utf-8")
    shown = "".join(ElementTree.fromstring(source).itertext()).replace("\xa0", " ")  # noqa: S314  # our own file
    assert "28,185 calls" in shown
    assert "coverage <100 %>" in shown
    assert "tollbook bill" in shown
    assert source.replace(SVG, "").count("://") == 0
