"""Which Java is chosen where the packaged one is missing."""

from pathlib import Path

import pytest

from tollbook_cli.stack import java
from tollbook_cli.stack.errors import NoJavaError


@pytest.fixture(autouse=True)
def _no_java_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(java, "find_spec", lambda _name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def _install(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return program


def test_none_at_all_says_what_to_install() -> None:
    with pytest.raises(NoJavaError, match=r"Java 17 or newer \(none was found\).*JAVA_HOME"):
        java.find_java()


@pytest.mark.parametrize("version", ["1.8.0_292", "11.0.2", "16"])
def test_an_old_one_is_refused_by_its_version(tmp_path: Path, version: str) -> None:
    _install(tmp_path, version)
    with pytest.raises(NoJavaError, match=f"is version {version.removeprefix('1.').split('.')[0]}"):
        java.find_java()


@pytest.mark.parametrize("version", ["17", "21.0.2", "25"])
def test_a_new_one_on_the_path_is_taken(tmp_path: Path, version: str) -> None:
    program = _install(tmp_path, version)
    assert java.find_java() == program


def test_java_home_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, "21")
    wanted = _install(tmp_path / "home" / "bin", "17")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert java.find_java() == wanted
